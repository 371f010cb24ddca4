"""The table of ``bench history``: earlier runs, newest last, with their figures on one scan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analysis.change import Change, ChangeVerdict
from bench.analysis.timeline import Moment, Step, steps
from bench.analysis.verdict import Standing
from bench.report.comparison import percent
from bench.report.figures import MISSING, spread_text, value_text
from bench.report.table import Column, Content, Footnotes, Table
from bench.report.tables.overview import PEAK, STATEMENTS, TIME
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.results.metrics import Kind
from bench.words import counted, plain, shorten

HISTORY_METRICS = (PEAK, TIME, STATEMENTS)

_FINGERPRINT_LENGTH = 8
_REVISION_LENGTH = 8
_LONGEST_SENTENCE = 400
_MOST_STEPS = 5
_MINUTES = len("2026-01-02T03:04")
_OTHER_MACHINE = "another environment than the newest run's; times are not comparable"


def history_table(moments: Sequence[Moment]) -> Table:
    """Build the table, with a row per run and implementation; a run's own columns are filled in its first row only."""
    notes = Footnotes()
    rows: list[tuple[str, ...]] = []
    for moment in moments:
        obstacles = [] if moment.same_machine else [_OTHER_MACHINE]
        if moment.obstacle:
            obstacles.append(f"{plain(moment.obstacle)}; no figure is comparable")
        own = (
            created_text(moment),
            revision_text(moment) or MISSING,
            notes.marked(moment.environment_fingerprint[:_FINGERPRINT_LENGTH], obstacles),
        )
        for implementation in moment.implementations:
            rows.append((*own, plain(implementation), *_figures(moment, implementation, notes)))
            own = ("", "", "")
    columns = (
        Column("created", Content.LABEL),
        Column("revision", Content.LABEL),
        Column("environment"),
        Column("implementation", Content.LABEL),
        *(Column(metric.title.lower()) for metric in (PEAK, TIME)),
        Column("statements"),
    )
    return Table(columns, tuple(rows), notes.texts())


def _figures(moment: Moment, implementation: str, notes: Footnotes) -> Iterator[str]:
    for metric in HISTORY_METRICS:
        summary = moment.summary(implementation, metric)
        shown = spread_text(summary) if metric.kind is Kind.NOISY else value_text(summary)
        yield notes.marked(shown, map(plain, summary.warnings if summary else ()))


def revision_text(moment: Moment) -> str:
    """Return the beginning of the commit, followed by + if the working tree had changes; '' without a commit."""
    commit, plus, _ = plain(moment.revision).partition("+")
    return f"{commit[:_REVISION_LENGTH]}{plus}"


def created_text(moment: Moment) -> str:
    """Return when the run started, to the minute."""
    return plain(moment.created[:_MINUTES].replace("T", " "))


def verdict_sentences(moments: Sequence[Moment]) -> Iterator[str]:
    """Say what is wrong with the newest run, and what changed from run to run, the newest change first."""
    newest = moments[-1]
    if not newest.verdict.standing.good:
        yield shorten(plain(f"Newest run: {newest.verdict.headline}"), _LONGEST_SENTENCE)
    found = steps(moments, HISTORY_METRICS)
    for step in reversed(found[-_MOST_STEPS:]):
        yield _step_sentence(step)
    if len(found) > _MOST_STEPS:
        yield f"and {counted(len(found) - _MOST_STEPS, 'earlier change')}"
    if not found and len(moments) > 1 and not newest.obstacle:
        yield "No change between runs that compare."


def _step_sentence(step: Step) -> str:
    standings = {one.standing for one in step.changes}
    symbol = next(one.symbol for one in Standing if one in standings)
    changes = "; ".join(map(_change_words, step.changes))
    text = f"{symbol} {created_text(step.before)} → {created_text(step.after)}: {changes}"
    return shorten(plain(text), _LONGEST_SENTENCE)


def _change_words(change: Change) -> str:
    if change.ratio is None:
        assert change.before is not None  # a step compares two summaries
        assert change.after is not None
        size = f"{value_text(change.before)} → {value_text(change.after)}"
    else:
        size = percent(change.ratio)
    word = "undecided" if change.verdict is ChangeVerdict.INCONCLUSIVE else "worse" if change.worse else "better"
    reason = f", {change.reason}" if change.reason else ""
    return f"{change.metric.title} of {change.implementation} {size} ({word}{reason})"


def render_history(moments: Sequence[Moment], runs: int, warnings: Sequence[str]) -> str:
    """Return the history as text of at most WIDTH columns, with a newline at its end; ``runs`` counts all kept runs."""
    measured = f"{len(moments)} of {runs} kept runs measured it, newest last"
    lines = [*wrap(f"{plain(moments[-1].scan)}: {measured}", WIDTH)]
    for sentence in verdict_sentences(moments):
        lines += wrap(sentence, WIDTH)
    lines += ["", *table_lines(history_table(moments))]
    for warning in warnings:
        lines += wrap(f"Warning: {plain(warning)}", WIDTH)
    return "\n".join(lines) + "\n"
