"""What ``bench run`` prints: the verdict, the first table, and what sections have for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bench.report.judged_run import JudgedRun
from bench.report.section import Heading, Section, Sentence
from bench.report.sections.order import sections_of
from bench.report.table import Table
from bench.report.tables.code import code_line
from bench.report.tables.overview import case_table, headline_sentence, headline_table, legend, verdict_lines
from bench.report.tables.statements import law_line, offender_lines
from bench.report.terminal import WIDTH, fits, table_lines, wrap
from bench.results.records import Results


def render_table(results: Results) -> str:
    """Return the verdict and the headline table as text of at most ``WIDTH`` columns, with a newline at its end.

    What the other sections have for a terminal follows.

    Raises InputError for a metric that this version does not know.
    """
    run = JudgedRun.of(results)
    lines = [*_verdict(run), "", *_figures(run)]
    for section in sections_of(run):
        if section.terminal:
            lines.append("")
            lines += _section(section)
    return "\n".join(lines) + "\n"


def headline_lines(results: Results) -> tuple[str, ...]:
    """Return the verdict in one sentence. Raises InputError for a metric that this version does not know."""
    run = JudgedRun.of(results)
    return tuple(wrap(headline_sentence(results, run.summaries, run.verdict), WIDTH))


def _verdict(run: JudgedRun) -> Iterator[str]:
    results, verdict = run.results, run.verdict
    found = headline_sentence(results, run.summaries, verdict)
    laws = law_line(run.laws, results.job.noun)
    for sentence in (found, *verdict_lines(verdict), *filter(None, [laws]), *offender_lines(run.laws)):
        yield from wrap(sentence, WIDTH)


def _figures(run: JudgedRun) -> Iterator[str]:
    results, summaries, verdict = run.results, run.summaries, run.verdict
    table = headline_table(results, summaries, verdict)
    if not fits(table):
        table = case_table(results, summaries, verdict)
    groups: tuple[str, ...] = ()
    if not fits(table):
        # Its first two columns are the same for all implementations on a data set, and take the room of a name.
        groups = tuple(f"{scan}, {rows} rows" for scan, rows, *_ in table.rows)
        table = replace(table, columns=table.columns[2:], rows=tuple(row[2:] for row in table.rows))
    if code := code_line(results):
        yield from wrap(code, WIDTH)
        yield ""
    if named := legend(results):
        yield from wrap(named, WIDTH)
        yield ""
    yield from table_lines(table, groups)


def _section(section: Section) -> Iterator[str]:
    """Yield the lines of a section's blocks; a heading but the first has a blank line above it."""
    for place, block in enumerate(section.terminal):
        match block:
            case Heading():
                if place:
                    yield ""
                yield from wrap(block.text, WIDTH)
            case Sentence():
                yield from wrap(block.text, WIDTH)
            case Table():
                yield from table_lines(block)
            case _:
                raise TypeError(f"a terminal shows no {type(block).__name__}")
