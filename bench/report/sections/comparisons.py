"""Sections that hold the run against something: promises, named cases, the copy baseline, growth, other figures."""

from __future__ import annotations

from collections.abc import Iterator

from bench.report.conformance import ABOUT_CONFORMANCE, CONFORMANCE_TITLE, conformance_table
from bench.report.judged_run import JudgedRun
from bench.report.plots.growth_charts import growth_charts
from bench.report.promises import ABOUT_PROMISES, PROMISES_TITLE, promises_table
from bench.report.section import Block, Heading, Prose, Section, Sentence
from bench.report.table import Table
from bench.report.tables.copy_baseline import ABOUT_COPY_BASELINE, COPY_BASELINE_TITLE, copy_baseline_table
from bench.report.tables.details import published_table
from bench.report.tables.growth import KILLS_TITLE, growth_tables, kill_table

_ABOUT_GROWTH = """\
Along each line of the grid, on which one quantity of the size varies and the others are held, a straight line is fitted
to the peaks. A peak that is the larger of two phases, such as reading input and building rows, is flat while one of
them is the larger and grows with the other's size from then on: no single line follows it, and the fits say where that
is so."""


def promises_section(run: JudgedRun) -> Section | None:
    """Return what each implementation promises, where that was tested; None where it was not."""
    results = run.results
    if not results.promises:
        return None
    return Section(
        name="promises",
        title=PROMISES_TITLE,
        blocks=(Prose(ABOUT_PROMISES), promises_table(results.promises, results.implementations, detailed=True)),
        terminal=(Heading(PROMISES_TITLE), promises_table(results.promises, results.implementations)),
    )


def conformance_section(run: JudgedRun) -> Section | None:
    """Return how each implementation does on the named cases, where that was tried; None where it was not."""
    if not run.results.conformance:
        return None
    table = conformance_table(run.results.conformance)
    return Section(
        name="conformance",
        title=CONFORMANCE_TITLE,
        blocks=(Prose(ABOUT_CONFORMANCE), table),
        terminal=(Heading(CONFORMANCE_TITLE), table),
    )


def copy_baseline_section(run: JudgedRun) -> Section | None:
    """Return the cost over the bare cost of COPY; None where that was not measured."""
    table = copy_baseline_table(run.results, run.summaries, run.verdict)
    if table is None:
        return None
    return Section(
        name="copy-baseline",
        title=COPY_BASELINE_TITLE,
        blocks=(Prose(ABOUT_COPY_BASELINE), table),
        terminal=(Heading(COPY_BASELINE_TITLE), table),
    )


def growth_section(run: JudgedRun) -> Section | None:
    """Return fits, sizes that kill a worker, and their pictures; None where no grid of sizes was measured."""
    tables = list(growth_tables(run.results, run.summaries, run.fits))
    pictures = tuple(growth_charts(run.results, run.summaries, run.fits))
    if not tables and not pictures:
        return None
    named: list[Block] = [block for title, table in tables for block in (Heading(title), table)]
    kills = kill_table(run.results, run.summaries, run.fits)
    return Section(
        name="growth",
        title="Growth",
        blocks=(*([Prose(_ABOUT_GROWTH)] if tables else []), *pictures, *named),
        terminal=() if kills is None else tuple(_by_implementation(kills)),
    )


def _by_implementation(kills: Table) -> Iterator[Block]:
    """Yield the table of kill sizes as one for each implementation, which leaves its other labels their room."""
    names = tuple(dict.fromkeys(name for name, *_ in kills.rows))
    for name in names:
        yield Heading(f"{KILLS_TITLE}: {name}")
        rows = tuple(tuple(row) for own, *row in kills.rows if own == name)
        yield Table(kills.columns[1:], rows, kills.footnotes if name == names[-1] else ())


def published_section(run: JudgedRun) -> Section | None:
    """Return published figures beside the run's own; None where nothing of it was published."""
    table = published_table(run.results, run.summaries, run.verdict)
    if table is None:
        return None
    about = run.results.job.about_published
    return Section(
        name="published",
        title="Published figures beside this run",
        blocks=(*([Sentence(about)] if about else []), table),
    )
