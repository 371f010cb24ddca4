"""What ``bench run`` prints: the verdict, the first table, and the sizes that kill a worker."""

from __future__ import annotations

from collections.abc import Iterator

from bench.analysis.growth import fits_of
from bench.analysis.laws import check_laws
from bench.analysis.run_verdict import judge
from bench.analysis.summary import summaries_of
from bench.report.promises import PROMISES_TITLE, promises_table
from bench.report.table import Table
from bench.report.tables.code import code_line
from bench.report.tables.copy_baseline import COPY_BASELINE_TITLE, copy_baseline_table
from bench.report.tables.growth import KILLS_TITLE, kill_table
from bench.report.tables.overview import case_table, headline_sentence, headline_table, legend, verdict_lines
from bench.report.tables.statements import law_line, offender_lines
from bench.report.tables.stops import stops_line
from bench.report.terminal import WIDTH, fits, note_lines, table_lines, wrap
from bench.results.records import Results
from bench.words import plain


def render_table(results: Results) -> str:
    """Return the verdict and the headline table as text of at most ``WIDTH`` columns, with a newline at its end.

    Over a grid of sizes the table of those that kill a worker follows.

    Raises InputError for a metric that this version does not know.
    """
    summaries = summaries_of(results)
    verdict = judge(results, summaries)
    table = headline_table(results, summaries, verdict)
    if not fits(table):
        table = case_table(results, summaries, verdict)
    lines: list[str] = []
    checks = check_laws(results)
    found = headline_sentence(results, summaries, verdict)
    laws = law_line(checks, results.job.noun)
    for sentence in (found, *verdict_lines(verdict), *filter(None, [laws]), *offender_lines(checks)):
        lines += wrap(sentence, WIDTH)
    lines.append("")
    if code := code_line(results):
        lines += [*wrap(code, WIDTH), ""]
    if named := legend(results):
        lines += [*wrap(named, WIDTH), ""]
    lines += table_lines(table)
    if stops := stops_line(results):
        lines += ["", *wrap(stops, WIDTH)]
    if results.promises:
        lines += ["", PROMISES_TITLE, *table_lines(promises_table(results.promises, results.implementations))]
    baselines = copy_baseline_table(results, summaries, verdict)
    if baselines is not None:
        lines += ["", COPY_BASELINE_TITLE, *table_lines(baselines)]
    kills = kill_table(results, summaries, fits_of(results, summaries, verdict))
    if kills is not None:
        lines += _kill_lines(kills)
    for warning in results.warnings:
        lines += wrap(f"Warning: {plain(warning)}", WIDTH)
    return "\n".join(lines) + "\n"


def _kill_lines(table: Table) -> Iterator[str]:
    """Yield the table of kill sizes as one for each implementation, which leaves its other labels their room."""
    for implementation in dict.fromkeys(name for name, *_ in table.rows):
        yield ""
        yield from wrap(f"{KILLS_TITLE}: {implementation}", WIDTH)
        yield from table_lines(
            Table(table.columns[1:], tuple(tuple(row) for name, *row in table.rows if name == implementation))
        )
    yield ""
    yield from note_lines(table)
