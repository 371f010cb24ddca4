"""What a reader sees first: the verdict, the first table, what failed, and the pictures."""

from __future__ import annotations

from collections.abc import Iterator

from bench.report.judged_run import JudgedRun
from bench.report.plots.chart import Picture
from bench.report.plots.run_charts import charts
from bench.report.plots.time_ratios import forest_chart
from bench.report.section import Block, Fold, Heading, Items, Log, Prose, Section, Sentence
from bench.report.tables.code import code_line
from bench.report.tables.details import failure_table
from bench.report.tables.overview import headline_sentence, headline_table, legend, verdict_lines
from bench.report.tables.statements import law_line, offender_table
from bench.report.tables.stops import ABOUT_PAIRS, PAIRS_TITLE, stops_line, stops_table
from bench.words import plain

_MOST_ROWS = 30
"""Of the first table; a longer one is folded."""

_HOW_TO_READ = """\
**Time** is taken without any tracer: memory, statements and time are measured in separate processes. **Peak heap** is
memray's peak with Python allocators traced, over the call alone, after a warm-up call. **Statements** are those that
Django logs, BEGIN, set_config and COMMIT included; the server sees more of them. A ratio of times is the centre of
those of pairs of fresh processes, with its 95 % interval where there are pairs enough; `~` marks one that does not
distinguish the two. A ratio of peaks is of medians."""


def verdict_section(run: JudgedRun) -> Section:
    """Return the verdict in one line, and the answers to the questions about the run."""
    results = run.results
    lines = [*verdict_lines(run.verdict)]
    if (laws := law_line(run.laws, results.job.noun)) is not None:
        lines.append(laws)
    blocks: list[Block] = [
        Sentence(headline_sentence(results, run.summaries, run.verdict), strong=True),
        Items(tuple(lines), verdicts=True),
    ]
    if code := code_line(results):
        blocks.append(Sentence(code))
    return Section(name="verdict", title="Verdict", blocks=tuple(blocks), fold=Fold.OPEN)


def figures_section(run: JudgedRun) -> Section:
    """Return the table of times, peaks and statements."""
    results = run.results
    table = headline_table(results, run.summaries, run.verdict)
    blocks: list[Block] = []
    if named := legend(results):
        blocks.append(Sentence(named[0].upper() + named[1:]))
    fold = Fold.OPEN if len(table.rows) <= _MOST_ROWS else Fold.OPEN_ON_PAGE
    return Section(name="figures", title="Figures", blocks=(*blocks, table), fold=fold)


def failures_section(run: JudgedRun) -> Section | None:
    """Return the samples that failed, with the ends of their logs; None without."""
    results = run.results
    if not results.failures:
        return None
    blocks: list[Block] = [failure_table(results)]
    for failure in results.failures:
        if failure.log_tail.strip():
            of = plain(f"{failure.implementation} on {failure.scan}, {failure.probe}")
            blocks += [Heading(f"The end of the log of {of}"), Log(failure.log_tail)]
    return Section(name="failures", title="Failures", blocks=tuple(blocks), fold=Fold.OPEN_ON_PAGE)


def offenders_section(run: JudgedRun) -> Section | None:
    """Return the statements that break laws; None where all hold."""
    table = offender_table(run.laws, run.results.job.noun)
    if table is None:
        return None
    return Section(name="broken-laws", title="Statements behind broken laws", blocks=(table,), fold=Fold.OPEN_ON_PAGE)


def warnings_section(run: JudgedRun) -> Section | None:
    """Return the warnings about the run; None without."""
    warnings = run.results.warnings
    if not warnings:
        return None
    return Section(
        name="warnings",
        title="Warnings",
        blocks=(Items(warnings),),
        fold=Fold.OPEN_ON_PAGE,
        terminal=tuple(Sentence(f"Warning: {plain(warning)}") for warning in warnings),
    )


def pictures_section(run: JudgedRun) -> Section | None:
    """Return the first picture; None for a run that gives none."""
    first = next(_pictures(run), None)
    if first is None:
        return None
    return Section(name="picture", title="Picture", blocks=(first,), fold=Fold.OPEN)


def more_pictures_section(run: JudgedRun) -> Section | None:
    """Return all pictures but the first and those of growth; None without."""
    more = [*_pictures(run)][1:]
    if not more:
        return None
    return Section(name="more-pictures", title="More pictures", blocks=tuple(more), fold=Fold.OPEN_ON_PAGE)


def _pictures(run: JudgedRun) -> Iterator[Picture]:
    yield from charts(run.results, run.summaries, run.verdict)
    forest = forest_chart(run.results, run.summaries, run.verdict)
    if forest is not None:
        yield forest


def reading_section(run: JudgedRun) -> Section:
    """Return how to read the figures; it is the same for every run."""
    del run
    return Section(name="how-to-read", title="How to read the figures", blocks=(Prose(_HOW_TO_READ),))


def pairs_section(run: JudgedRun) -> Section | None:
    """Return how many pairs were taken, and why no more; None for a run whose number of pairs was given."""
    table = stops_table(run.results)
    if table is None:
        return None
    return Section(
        name="pairs",
        title=PAIRS_TITLE,
        blocks=(Prose(ABOUT_PAIRS), table),
        terminal=(Sentence(stops_line(run.results)),),
    )
