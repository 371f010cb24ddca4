"""Text for a terminal of 100 columns: wrapped sentences, and tables that fit."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

from bench.report.table import Content, Table
from bench.words import plain, shorten


def pad(text: str, width: int, *, right: bool) -> str:
    """Fill ``text`` with spaces to ``width`` screen cells, on its left where it belongs to the right."""
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def wrap(text: str, width: int, indent: str = "  ") -> Iterator[str]:
    """Yield ``text`` in lines of at most ``width`` screen cells; every line but the first begins with ``indent``."""
    line = ""
    room = width - len(indent)
    for word in text.split():
        for part in chop_cells(word, room) or [word]:
            joined = f"{line} {part}" if line.strip() else f"{line}{part}"
            if line.strip() and cell_len(joined) > width:
                yield line
                joined = f"{indent}{part}"
            line = joined
    if line:
        yield line


WIDTH = 100
_GAPS = ("  ", " ")
"""Between columns; the second where the first leaves too little room."""

_NARROWEST_LABEL = 6


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
    yield from note_lines(table)


def note_lines(table: Table) -> Iterator[str]:
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
