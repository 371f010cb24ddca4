"""Text for a terminal of 100 columns: wrapped sentences, and tables that fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.cells import cell_len, chop_cells

from bench.report.table import Content, Table
from bench.words import ELLIPSIS, plain, shorten

WIDTH = 100
_GAPS = ("  ", " ")
"""Between columns; the second where the first leaves too little room."""

_NARROWEST_LABEL = 6
_NARROWEST_HEADING = 14
"""Where a table has to be shown in pieces anyway, so that names in its head can be read."""


def pad(text: str, width: int, *, right: bool) -> str:
    """Pad ``text`` with spaces to ``width`` screen cells, on its left if it is aligned ``right``."""
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def wrap(text: str, width: int, indent: str = "  ") -> Iterator[str]:
    """Yield ``text``, plain, in lines of at most ``width`` screen cells; all but the first begin with ``indent``."""
    line = ""
    room = width - len(indent)
    for word in plain(text).split():
        for part in chop_cells(word, room) or [word]:
            joined = f"{line} {part}" if line.strip() else f"{line}{part}"
            if line.strip() and cell_len(joined) > width:
                yield line
                joined = f"{indent}{part}"
            line = joined
    if line:
        yield line


def table_lines(table: Table) -> Iterator[str]:
    """Yield the lines of ``table``: headings, a rule, rows and footnotes.

    Where it is too wide, labels are shortened, then the columns move together, and then it is shown in pieces that
    begin with the same first column. Figures are never cut.
    """
    for place, piece in enumerate(_pieces(_printable(table))):
        if place:
            yield ""
        yield from _piece_lines(piece)
    yield from note_lines(table)


def note_lines(table: Table) -> Iterator[str]:
    """Yield the footnotes of ``table``."""
    for note in table.footnotes:
        yield from wrap(note, WIDTH)


def _printable(table: Table) -> Table:
    columns = tuple(replace(column, heading=_plain_cell(column.heading)) for column in table.columns)
    return replace(table, columns=columns, rows=tuple(tuple(map(_plain_cell, row)) for row in table.rows))


def _plain_cell(cell: str) -> str:
    """Return ``cell`` as ``plain`` has it, with the no-break spaces that indent it."""
    text = cell.lstrip("\N{NO-BREAK SPACE}")
    return cell[: len(cell) - len(text)] + plain(text)


def _pieces(table: Table) -> Iterator[Table]:
    """Yield ``table``, or parts of its columns with as many as fit beside the first."""
    if fits(table):
        yield table
        return
    chosen = [0]
    for place in range(1, len(table.columns)):
        if len(chosen) > 1 and not fits(_with_columns(table, [*chosen, place]), _NARROWEST_HEADING):
            yield _with_columns(table, chosen)
            chosen = [0]
        chosen.append(place)
    yield _with_columns(table, chosen)


def _with_columns(table: Table, places: Sequence[int]) -> Table:
    rows = tuple(tuple(row[place] for place in places) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in places), rows=rows)


def _piece_lines(table: Table) -> Iterator[str]:
    gap, widths = _fitted(table)
    right = [column.content is Content.FIGURE for column in table.columns]
    columns = [
        _shortened([row[place] for row in table.rows], [width] * len(table.rows)) for place, width in enumerate(widths)
    ]
    lines = [_shortened([column.heading for column in table.columns], widths)]
    if any(column.detail for column in table.columns):
        lines.append([column.detail for column in table.columns])
    lines += [["─" * width for width in widths], *map(list, zip(*columns, strict=True))]
    for cells in lines:
        shown = (pad(shorten(cell, width), width, right=r) for cell, width, r in zip(cells, widths, right, strict=True))
        yield gap.join(shown).rstrip()


def _shortened(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Shorten ``cells`` to ``widths``; of those that would then read alike, what they begin with in common goes."""
    short = [shorten(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for text in {one for one in short if ELLIPSIS in one}:
        alike = {cell for cell, one in zip(cells, short, strict=True) if one == text}
        if len(alike) > 1:
            first, last = min(alike), max(alike)
            common = next(
                (n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first)
            )
            short = [
                shorten(f"{ELLIPSIS}{cell[common:]}", width) if cell in alike else one
                for cell, one, width in zip(cells, short, widths, strict=True)
            ]
    return short


def fits(table: Table, narrowest: int = _NARROWEST_LABEL) -> bool:
    """Whether ``table`` can be shown in ``WIDTH`` columns without cutting a figure, or a label below ``narrowest``."""
    gap, widths = _fitted(table, narrowest)
    return _total(gap, widths) <= WIDTH


def _fitted(table: Table, narrowest: int = _NARROWEST_LABEL) -> tuple[str, list[int]]:
    """Return the widest gap with which ``table`` fits, else the narrowest, and the widths of the columns."""
    for gap in _GAPS:
        widths = _widths(table, WIDTH - len(gap) * (len(table.columns) - 1), narrowest)
        if _total(gap, widths) <= WIDTH:
            break
    return gap, widths


def _total(gap: str, widths: list[int]) -> int:
    return sum(widths) + len(gap) * (len(widths) - 1)


def _widths(table: Table, room: int, narrowest: int) -> list[int]:
    """Return the columns' widths: those of the widest cells, with the widest labels narrowed until all fit ``room``."""
    widths = [
        max(map(cell_len, (column.heading, column.detail, *cells)))
        for column, *cells in zip(table.columns, *table.rows, strict=True)
    ]
    labels = [place for place, column in enumerate(table.columns) if column.content is not Content.FIGURE]
    for _ in range(sum(widths) - room):
        widest = max(labels, key=lambda place: widths[place], default=None)
        if widest is None or widths[widest] <= narrowest:
            break
        widths[widest] -= 1
    return widths
