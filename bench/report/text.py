"""The table as plain text, for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from bench.analysis.growth import fits_of
from bench.analysis.laws import check_laws
from bench.analysis.summary import summaries_of
from bench.analysis.verdict import judge
from bench.report.copy_baseline import COPY_BASELINE_TITLE, copy_baseline_table
from bench.report.growth import KILLS_TITLE, kill_table
from bench.report.headline import case_table, headline_table, legend, verdict_lines
from bench.report.laws import law_line, offender_lines
from bench.report.promises import PROMISES_TITLE, promises_table
from bench.report.table import Content, Table
from bench.report.wording import pad, wrap
from bench.results.records import Results
from bench.words import plain, shorten

WIDTH = 100
_GAPS = ("  ", " ")
"""Between columns; the second where the first leaves too little room."""

_NARROWEST_LABEL = 6


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
    for sentence in (*verdict_lines(verdict), *filter(None, [law_line(checks)]), *offender_lines(checks)):
        lines += wrap(sentence, WIDTH)
    lines.append("")
    if named := legend(results):
        lines += [*wrap(named, WIDTH), ""]
    lines += table_lines(table)
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
    yield from _note_lines(table)


def table_lines(table: Table) -> Iterator[str]:
    """Yield the lines of ``table``: headings, a rule, rows and footnotes.

    Where it is too wide, labels are shortened, and then the columns move together; figures are never cut.
    """
    gap, widths = _fitted(table)
    lines = [tuple(column.heading for column in table.columns)]
    if any(column.detail for column in table.columns):
        lines.append(tuple(column.detail for column in table.columns))
    lines += [tuple("─" * width for width in widths), *table.rows]
    right = [column.content is Content.FIGURE for column in table.columns]
    for cells in lines:
        shown = (pad(shorten(cell, width), width, right=r) for cell, width, r in zip(cells, widths, right, strict=True))
        yield gap.join(shown).rstrip()
    yield from _note_lines(table)


def _note_lines(table: Table) -> Iterator[str]:
    for note in table.footnotes:
        yield from wrap(plain(note), WIDTH)


def fits(table: Table) -> bool:
    """Whether ``table`` can be shown in ``WIDTH`` columns without cutting a figure."""
    gap, widths = _fitted(table)
    return _total(gap, widths) <= WIDTH


def _fitted(table: Table) -> tuple[str, list[int]]:
    """Return the widest gap that lets ``table`` fit, or else the narrowest, and the widths that go with it."""
    for gap in _GAPS:
        widths = _widths(table, WIDTH - len(gap) * (len(table.columns) - 1))
        if _total(gap, widths) <= WIDTH:
            break
    return gap, widths


def _total(gap: str, widths: list[int]) -> int:
    return sum(widths) + len(gap) * (len(widths) - 1)


def _widths(table: Table, room: int) -> list[int]:
    """Return the columns' widths: what the widest cell takes, less what the widest labels give up to fit ``room``."""
    widths = [
        max(map(cell_len, (column.heading, column.detail, *cells)))
        for column, *cells in zip(table.columns, *table.rows, strict=True)
    ]
    labels = [place for place, column in enumerate(table.columns) if column.content is not Content.FIGURE]
    for _ in range(sum(widths) - room):
        widest = max(labels, key=lambda place: widths[place], default=None)
        if widest is None or widths[widest] <= _NARROWEST_LABEL:
            break
        widths[widest] -= 1
    return widths
