"""The page of a history: every change, and the pictures and the runs of each scan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.analysis.change_points import ChangePoint
from bench.analysis.history import History, metrics_of
from bench.analysis.timeline import timeline
from bench.analysis.verdict import Standing
from bench.report.figures import MISSING
from bench.report.history import (
    HISTORY_METRICS,
    change_sentence,
    change_size,
    changes_by_run,
    commit_text,
    confidence_text,
    day,
    group_sentence,
    history_table,
    measured_line,
    short_revision,
    undecided_sentence,
)
from bench.report.plots.chart import Chart
from bench.report.plots.history_charts import history_charts
from bench.report.run_page import render_sections
from bench.report.section import Block, Drawn, Fold, Items, Section, Sentence
from bench.report.table import Column, Content, Footnotes, Table
from bench.words import counted, plain

TITLE = "History"


def render_history_page(history: History, warnings: Sequence[str]) -> str:
    """Return the page as HTML, which needs no other file."""
    # Here, because matplotlib takes half a second.
    from bench.report.plots.draw import draw, draw_svg
    from bench.report.plots.palette import DARK

    sections = tuple(_sections(history, warnings))
    charts = [block for section in sections for block in section.blocks if isinstance(block, Chart)]
    return render_sections(
        TITLE,
        Standing.FAILED if history.worse else Standing.PASSED,
        sections,
        {one.name: Drawn(*draw(one), draw_svg(one, DARK)) for one in charts},
        datasets=_scans(history),
        implementations=tuple(dict.fromkeys(name for run in history.runs for name in run.implementations)),
        noun=history.runs[-1].job.noun,
    )


def _sections(history: History, warnings: Sequence[str]) -> Iterator[Section]:
    changes: list[Block] = [Sentence(_verdict(history), strong=True)]
    if not history.newest.standing.good:
        changes.append(Sentence(f"Newest run: {history.newest.headline}"))
    if history.changes:
        changes.append(_change_table(history))
    if history.undecided:
        changes.append(Sentence(undecided_sentence(history.undecided)))
    yield Section(name="changes", title="What changed", blocks=tuple(changes), fold=Fold.OPEN)
    for number, scan in enumerate(_scans(history)):
        yield Section(
            name=f"scan-{number + 1}",
            title=scan,
            blocks=tuple(_scan_blocks(history, scan, number)),
            fold=Fold.FOLDED if number else Fold.OPEN_ON_PAGE,
        )
    if history.changes:
        sentences = tuple(change_sentence(one) for one in reversed(history.changes))
        yield Section(name="sentences", title="Every change in a sentence", blocks=(Items(sentences),))
    if warnings:
        yield Section(name="warnings", title="Warnings", blocks=(Items(tuple(warnings)),), fold=Fold.OPEN_ON_PAGE)


def _scan_blocks(history: History, scan: str, number: int) -> Iterator[Block]:
    moments = timeline(history.runs, scan, metrics_of(scan, HISTORY_METRICS, history.changes))
    yield Sentence(measured_line(moments, len(history.runs)))
    for chart in history_charts(moments, history.changes):
        yield replace(chart, name=f"{chart.name}-{number + 1}")
    yield history_table(moments, repeated=True)


def _scans(history: History) -> tuple[str, ...]:
    """The scan of the moments first, then every other one that was measured."""
    measured = (one.scan for run in history.runs for one in run.measurements if one.samples)
    return tuple(dict.fromkeys((history.scan, *measured)))


def _verdict(history: History) -> str:
    runs = counted(len(history.runs), "run")
    if not history.changes:
        return f"{Standing.PASSED.symbol} No change was found in {runs}."
    better = len(history.changes) - len(history.worse)
    symbol = (Standing.FAILED if history.worse else Standing.IMPROVED).symbol
    newest = group_sentence(changes_by_run(history.worse or history.changes)[0])
    counts = f"{counted(len(history.worse), 'figure')} got worse and {better:,} better"
    return f"{symbol} In {runs} {counts}. {'Newest for the worse' if history.worse else 'Newest'}: {newest}"


def _change_table(history: History) -> Table:
    """Build the table of the changes, the newest first."""
    notes = Footnotes()
    columns = (
        Column("commit", Content.LABEL),
        Column("day"),
        Column("before it", Content.LABEL),
        Column(plain(history.runs[-1].job.noun), Content.LABEL),
        Column("implementation", Content.LABEL),
        Column("figure", Content.LABEL),
        Column("change"),
        Column("verdict", Content.LABEL),
        Column("confidence"),
        Column("runs"),
    )
    return Table(columns, tuple(_row(one, notes) for one in reversed(history.changes)), notes.texts())


def _row(one: ChangePoint, notes: Footnotes) -> tuple[str, ...]:
    others = (f"or with {commit_text(other)}" for other in one.candidates)
    return (
        notes.marked(short_revision(one.revision) or MISSING, (*others, *map(plain, one.notes))),
        day(one.after.created),
        short_revision(one.before.revision) or MISSING,
        one.scan,
        one.implementation,
        one.metric.title,
        change_size(one),
        "worse" if one.worse else "better",
        one.metric.kind.value if one.confidence is None else confidence_text(one).removeprefix("Confidence "),
        f"{one.runs[0]:,} + {one.runs[1]:,}",
    )
