"""The table of ``bench history``: earlier runs, newest last, with their figures on one scan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analysis.timeline import Moment
from bench.report.figures import MISSING, spread_text, value_text
from bench.report.table import Column, Content, Footnotes, Table
from bench.report.tables.overview import PEAK, STATEMENTS, TIME
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.results.metrics import Kind
from bench.words import plain

HISTORY_METRICS = (PEAK, TIME, STATEMENTS)

_FINGERPRINT_LENGTH = 8
_REVISION_LENGTH = 8
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


def render_history(moments: Sequence[Moment], runs: int, warnings: Sequence[str]) -> str:
    """Return the history as text of at most WIDTH columns, with a newline at its end; ``runs`` counts all kept runs."""
    counted = f"{len(moments)} of {runs} kept runs measured it, newest last"
    lines = [*wrap(f"{plain(moments[-1].scan)}: {counted}", WIDTH), "", *table_lines(history_table(moments))]
    for warning in warnings:
        lines += wrap(f"Warning: {plain(warning)}", WIDTH)
    return "\n".join(lines) + "\n"
