"""What ``bench history`` prints: what changed and with which commit, then the runs with their figures on one scan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analysis.change_points import ChangePoint
from bench.analysis.history import History
from bench.analysis.segmentation import FEWEST
from bench.analysis.series import Point, Series
from bench.analysis.timeline import Moment
from bench.report.comparison import percent
from bench.report.figures import MISSING, spread_text, value_text
from bench.report.figures import change as figures_change
from bench.report.table import Column, Content, Footnotes, Table
from bench.report.tables.overview import PEAK, STATEMENTS, TIME
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.results.metrics import Kind
from bench.words import counted, enumerated, plain, shorten

HISTORY_METRICS = (PEAK, TIME, STATEMENTS)

_FINGERPRINT_LENGTH = 8
_REVISION_LENGTH = 8
_LONGEST_SENTENCE = 500
_MOST_GROUPS = 6
_MOST_NAMED = 4
_MOST_CANDIDATES = 3
_HIGHEST = 99.9
_DAY = len("2026-01-02")
_MINUTES = len("2026-01-02T03:04")
_OTHER_MACHINE = "another environment than the newest run's; times are not comparable"


def history_table(moments: Sequence[Moment], *, repeated: bool = False) -> Table:
    """Build the table, with a row per run and implementation.

    A run's own columns are filled in its first row only, unless they are ``repeated``, for a table that is sorted.
    """
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
            own = own if repeated else ("", "", "")
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
    return short_revision(moment.revision)


def short_revision(revision: str) -> str:
    """Return the beginning of a commit, with + if there were changes; '' without one."""
    commit, plus, _ = plain(revision).partition("+")
    return f"{commit[:_REVISION_LENGTH]}{plus}"


def created_text(moment: Moment) -> str:
    """Return when the run started, to the minute."""
    return minutes(moment.created)


def day(created: str) -> str:
    """Return the day of a moment."""
    return plain(created[:_DAY])


def minutes(created: str) -> str:
    """Return a moment to the minute."""
    return plain(created[:_MINUTES].replace("T", " "))


def measured_line(moments: Sequence[Moment], runs: int) -> str:
    """Say how many of the kept runs measured the scan of ``moments``."""
    return f"{plain(moments[-1].scan)}: {len(moments)} of {runs} kept runs measured it, newest last"


def verdict_sentences(history: History) -> Iterator[str]:
    """Say what is wrong with the newest run, and what changed, the newest change first."""
    if not history.newest.standing.good:
        yield shorten(plain(f"Newest run: {history.newest.headline}"), _LONGEST_SENTENCE)
    groups = changes_by_run(history.changes)
    for group in groups[:_MOST_GROUPS]:
        yield f"{group[0].standing.symbol} {group_sentence(group)}"
    if earlier := sum(map(len, groups[_MOST_GROUPS:])):
        yield f"and {counted(earlier, 'earlier change')}"
    if not history.changes and len(history.moments) > 1:
        yield "No change was found."
    if history.undecided:
        yield undecided_sentence(history.undecided)


def changes_by_run(changes: Sequence[ChangePoint]) -> tuple[tuple[ChangePoint, ...], ...]:
    """Return the changes that came with the same run in the same direction together, the newest first."""
    groups: dict[tuple[int, str, str, bool], list[ChangePoint]] = {}
    for one in reversed(changes):
        key = one.after.place, one.before.revision, one.after.revision, one.worse
        groups.setdefault(key, []).append(one)
    return tuple(tuple(reversed(group)) for group in groups.values())


def group_sentence(group: Sequence[ChangePoint]) -> str:
    """Say what came with one run; a single change in all detail, of several their sizes and the least confidence."""
    first = group[0]
    if len(group) == 1:
        return change_sentence(first)
    named = [
        f"{one.metric.title} of {one.implementation} on {one.scan}: {change_size(one)}" for one in group[:_MOST_NAMED]
    ]
    if len(group) > _MOST_NAMED:
        named.append(f"and {len(group) - _MOST_NAMED} more")
    least = min(group, key=lambda one: 2.0 if one.confidence is None else one.confidence)
    commits = f"With {commit_text(first.after)} (before it {commit_text(first.before)})"
    text = f"{commits}: {'; '.join(named)}. {confidence_text(least)}"
    notes = dict.fromkeys(note for one in group for note in one.notes)
    return shorten(plain("; but ".join([text, *notes])), _LONGEST_SENTENCE)


def change_sentence(change: ChangePoint) -> str:
    """Say which figure changed by how much, with which commit, and how certain that is."""
    figure = f"{change.metric.title} of {change.implementation} on {change.scan}"
    text = f"{figure}: {change_size(change)} with {commit_text(change.after)}; before it {commit_text(change.before)}"
    if change.candidates:
        text += f"; or with {enumerated(tuple(map(commit_text, change.candidates[:_MOST_CANDIDATES])))}"
    text += f". {confidence_text(change)}; {change.runs[0]:,} before, {counted(change.runs[1], 'run')} since"
    for note in change.notes:
        text += f"; but {note}"
    return shorten(plain(text), _LONGEST_SENTENCE)


def change_size(change: ChangePoint) -> str:
    """Return the two levels, and their ratio in percent: ``2.80 → 3.64 s (+30.0 %)``."""
    levels = figures_change(change.metric.unit, (change.old, change.new))
    return levels if change.ratio is None else f"{levels} ({percent(change.ratio)})"


def confidence_text(change: ChangePoint) -> str:
    """Say how certain a change is: of a metric that repeats there is no doubt."""
    if change.confidence is None:
        return f"Certain, {change.metric.kind.value}"
    percentage = 100 * change.confidence
    return "Confidence over 99.9 %" if percentage > _HIGHEST else f"Confidence {percentage:.1f} %"


def undecided_sentence(found: Sequence[Series]) -> str:
    """Say which metrics need more runs before a change in them can be found."""
    names = enumerated(tuple(dict.fromkeys(one.metric.title for one in found)))
    most = max(len(one.points) for one in found)
    return (
        f"{names}: no change can be found yet; it takes {counted(FEWEST, 'run')} of the same data on one machine, and "
        f"there are {most} at most."
    )


def commit_text(point: Point) -> str:
    """Name a run by its commit and day; by its moment where no commit is known."""
    revision = short_revision(point.revision)
    return f"{revision} of {day(point.created)}" if revision else f"the run of {minutes(point.created)}"


def render_history(history: History, warnings: Sequence[str]) -> str:
    """Return the history as text of at most WIDTH columns, with a newline at its end."""
    lines = [*wrap(measured_line(history.moments, len(history.runs)), WIDTH)]
    for sentence in verdict_sentences(history):
        lines += wrap(sentence, WIDTH)
    lines += ["", *table_lines(history_table(history.moments))]
    for warning in warnings:
        lines += wrap(f"Warning: {plain(warning)}", WIDTH)
    return "\n".join(lines) + "\n"
