"""The comparison of two runs as text for a terminal, and as Markdown: verdicts first, then every change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from bench.analysis.calls import CallChanges, changes_between
from bench.analysis.change import Change, ChangeVerdict
from bench.analysis.comparison import Comparison, RunSide
from bench.analysis.server_work import StatementChange, work_changes_between
from bench.analysis.summary import Summary
from bench.report.figures import MISSING, change_text, value_text
from bench.report.markdown import escape, identifier, markdown_table
from bench.report.server_work import change_markdown
from bench.report.table import Column, Content, Footnotes, Table
from bench.report.tables.calls import CALLS_TITLE, calls_line, change_table, compared_name
from bench.report.tables.server_work import SERVER_WORK_TITLE, change_lines
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.results.metrics import Kind
from bench.results.records import Case, Results
from bench.words import plain, shorten

_MOST_NAMED = 8
_LONGEST_MESSAGE = 200
_LONGEST_HEADLINE = 400
_OTHER_LOAD = 1.0
"""The difference between two load averages that makes times differ which the code does not."""

_INDENT = "\N{NO-BREAK SPACE}" * 2

_UNDECIDED = (
    ChangeVerdict.NOT_DISTINGUISHED,
    ChangeVerdict.INCONCLUSIVE,
    ChangeVerdict.NOT_COMPARABLE,
    ChangeVerdict.NO_CLAIM,
    ChangeVerdict.MISSING,
)
_IN_WORDS = {ChangeVerdict.NOT_DISTINGUISHED: "not distinguishable"}

DRIFT = (
    "Two runs are not taken at the same moment, so whatever else the machine did counts as a change of time; "
    "only pairs within one run exclude it."
)


def comparison_lines(comparison: Comparison) -> tuple[str, ...]:
    """Return the verdict, and a line each for rows, environment, worse, better, undecided, missing and failed."""
    rows = comparison.same_rows
    lines = [
        shorten(plain(comparison.verdict.headline), _LONGEST_HEADLINE),
        f"{rows.question}: {rows.answer.value} – {'; '.join(rows.reasons)}",
    ]
    if comparison.obstacle:
        lines.append(f"Comparable: no – {comparison.obstacle}")
    if comparison.environment_differences:
        differences = "; ".join(comparison.environment_differences)
        lines.append(f"Same environment: no – {differences}; noisy metrics are not compared")
    else:
        lines.append(f"Same environment: yes{_other_load(comparison)}")
    lines.append(_counted("Worse", (_described(one) for one in comparison.changes if one.worse)))
    lines.append(_counted("Better", (_described(one) for one in comparison.changes if one.better)))
    numbers = Counter(one.verdict for one in comparison.changes)
    undecided = [f"{numbers[one]} {_IN_WORDS.get(one, one.value)}" for one in _UNDECIDED if numbers[one]]
    lines.append(f"Undecided: {', '.join(undecided) or 'none'}, of {len(comparison.changes)} changes")
    for side in RunSide:
        absent = [f"{one.implementation} on {one.scan}" for one in comparison.missing if one.side is side]
        if absent:
            lines.append(_counted(f"Not measured {side.value}", absent))
    if comparison.failures:
        described = (
            f"{one.implementation} on {one.scan}, {one.probe}: {one.kind}, {one.message}" for one in comparison.failures
        )
        lines.append(_counted("Failures after", described))
    return tuple(map(plain, lines))


def _other_load(comparison: Comparison) -> str:
    """Return a warning if the load averages of the minute before the runs differ; '' if they do not."""
    before, after = (side.environment.load_average[0] for side in (comparison.before, comparison.after))
    if abs(after - before) < _OTHER_LOAD:
        return ""
    return f", but the load average was {before:.1f} before and {after:.1f} after, which affects times"


def _counted(heading: str, items: Iterable[str]) -> str:
    known = list(items)
    if not known:
        return f"{heading}: none"
    shown = [shorten(plain(one), _LONGEST_MESSAGE) for one in known[:_MOST_NAMED]]
    if len(known) > _MOST_NAMED:
        shown.append(f"and {len(known) - _MOST_NAMED} more")
    return f"{heading}: {len(known)} – {'; '.join(shown)}"


def _described(change: Change) -> str:
    size = _values(change) if change.ratio is None else percent(change.ratio)
    return f"{change.metric.title} of {change.implementation} on {change.scan} {size}"


def percent(ratio: float) -> str:
    """Return by how much a ratio deviates from 1, in percent with its sign: ``+12.3 %``; ``× 12`` from tenfold on."""
    if ratio >= 10:
        return f"× {ratio:,.0f}"
    percentage = round((ratio - 1) * 100, 1)
    return f"{percentage:+.1f} %".replace("-", "\N{MINUS SIGN}") if percentage else "0.0 %"


def comparison_table(comparison: Comparison) -> Table:
    """Build the table of every change, with a heading row for each case."""
    notes = Footnotes()
    rows: list[tuple[str, ...]] = []
    case = None
    for change in comparison.changes:
        if case != (change.scan, change.implementation):
            case = change.scan, change.implementation
            rows.append((plain(f"{change.scan}, {change.implementation}"), *[""] * 5))
        rows.append(_row(change, notes))
        if change.metric.kind is Kind.NOISY and (change.worse or change.better):
            notes.legend(DRIFT)
        if change.verdict is ChangeVerdict.NOT_DISTINGUISHED:
            notes.legend("~: not distinguishable")
    columns = (
        Column("metric", Content.LABEL),
        Column("before → after"),
        Column("change"),
        Column("95 % interval"),
        Column("n"),
        Column("verdict", Content.LABEL),
    )
    return Table(columns, tuple(rows), notes.texts())


def _row(change: Change, notes: Footnotes) -> tuple[str, ...]:
    sides = change.before, change.after
    warnings = [plain(warning) for side in sides if side is not None for warning in _warnings(side)]
    return (
        f"{_INDENT}{change.metric.title}",
        notes.marked(_values(change), warnings),
        "" if change.ratio is None else percent(change.ratio),
        _interval(change),
        ", ".join(MISSING if side is None else f"{len(side.samples)}" for side in sides),
        notes.marked(change.words, [change.reason] if change.reason else []),
    )


def _values(change: Change) -> str:
    sides = change.before, change.after
    if change.metric.kind is Kind.EXACT:
        return " → ".join(map(value_text, sides))
    return change_text(sides)


def _warnings(summary: Summary) -> tuple[str, ...]:
    """Leave out what the columns say: the number of samples."""
    return tuple(one for one in summary.warnings if not one.startswith(f"n={len(summary.samples)}:"))


def _interval(change: Change) -> str:
    if change.low is None or change.high is None:
        return ""
    low, high = percent(change.low), percent(change.high)
    return f"{low.removesuffix(' %')} to {high}"


def _legend(comparison: Comparison, words: Callable[[str], str] = plain, name: Callable[[str], str] = plain) -> str:
    """Say which two runs are compared; ``words`` and ``name`` prepare what is shown as words and as a commit."""

    def run(results: Results) -> str:
        revision = results.revision
        return f"{words(results.created)}, {name(revision) if revision else 'outside a checkout'}"

    return f"before: {run(comparison.before)}; after: {run(comparison.after)}; a change is after against before"


def render_comparison(comparison: Comparison) -> str:
    """Return the comparison as text of at most WIDTH columns, with a newline at its end."""
    lines: list[str] = []
    for sentence in comparison_lines(comparison):
        lines += wrap(sentence, WIDTH)
    lines += ["", *wrap(_legend(comparison), WIDTH), "", *table_lines(comparison_table(comparison))]
    if moved := _moved(comparison):
        lines += ["", *(line for one in moved for line in wrap(calls_line(one), WIDTH))]
    for (scan, implementation), changes in _server_work(comparison):
        lines += ["", *wrap(f"{SERVER_WORK_TITLE}, {implementation} on {scan}:", WIDTH)]
        for sentence in change_lines(changes, _MOST_NAMED):
            lines += wrap(f"- {sentence}", WIDTH)
    return "\n".join(lines) + "\n"


def _server_work(comparison: Comparison) -> Iterator[tuple[Case, tuple[StatementChange, ...]]]:
    """Yield the cases whose statements had the server do something else, where the two runs may be compared."""
    if comparison.obstacle:
        return
    for case in dict.fromkeys((one.scan, one.implementation) for one in comparison.changes):
        if case[0] not in comparison.other_data and (
            changes := work_changes_between(comparison.before, comparison.after, case)
        ):
            yield case, changes


def render_comparison_markdown(comparison: Comparison) -> str:
    """Return the comparison as Markdown, with a newline at its end."""
    return "\n\n".join(_markdown_parts(comparison)) + "\n"


def _markdown_parts(comparison: Comparison) -> Iterator[str]:
    yield "# Comparison of two runs"
    yield "\n".join(f"- {_emphasised(line)}" for line in comparison_lines(comparison))
    named = _legend(comparison, escape, identifier)
    yield named[0].upper() + named[1:]
    yield markdown_table(comparison_table(comparison))
    for one in _moved(comparison):
        if (table := change_table(one)) is not None:
            yield f"## {escape(f'{CALLS_TITLE}: {compared_name(one)}')}"
            yield markdown_table(table)
    for (scan, implementation), changes in _server_work(comparison):
        yield from change_markdown(f"{SERVER_WORK_TITLE}: {implementation} on {scan}", changes)


def _moved(comparison: Comparison) -> tuple[CallChanges, ...]:
    """Return the implementations whose functions were called more or less often, each on its largest scan."""
    cases = [one.case for one in comparison.rows if one.same]
    return tuple(one for one in changes_between(comparison.before, comparison.after, cases) if one.moved)


def _emphasised(line: str) -> str:
    """Set a verdict line's question and answer in bold: all before its first dash."""
    head, dash, tail = line.partition(" – ")
    return f"**{escape(head)}**{dash}{escape(tail)}"
