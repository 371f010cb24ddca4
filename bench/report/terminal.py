"""Text for a terminal of 100 columns, or of fewer: wrapped sentences, and tables that fit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from itertools import takewhile

from rich.cells import cell_len, chop_cells

from bench.report.table import Content, Table
from bench.words import ELLIPSIS, plain, shorten

WIDTH = 100
"""The most columns that a text takes, and as many as it takes where nobody says otherwise."""

NARROWEST = 60
"""A terminal of fewer columns breaks lines itself: a table needs some room."""

_COLUMNS = ContextVar("columns", default=WIDTH)


def columns() -> int:
    """Return how many columns a text may take here."""
    return _COLUMNS.get()


@contextmanager
def of_columns(number: int) -> Iterator[None]:
    """Set text for a terminal of ``number`` columns in this context, but never for more than WIDTH."""
    token = _COLUMNS.set(max(NARROWEST, min(number, WIDTH)))
    try:
        yield
    finally:
        _COLUMNS.reset(token)


_GAPS = ("  ", " ")
"""Between columns; the second where the first leaves too little room."""

_LONGEST_LABEL = 24
"""Up to this a label is a word or two and is not cut to make room: the table is shown in pieces instead."""

_NARROWEST_LABEL = 6
"""Where a single column has no room otherwise."""


def pad(text: str, width: int, *, right: bool) -> str:
    """Pad ``text`` with spaces to ``width`` screen cells, on its left if it is aligned ``right``."""
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def wrap(text: str, width: int, indent: str = "  ") -> Iterator[str]:
    """Yield ``text``, plain, in lines of at most ``width`` screen cells; all but the first begin with ``indent``.

    ``width`` is that of a terminal of WIDTH columns; on a narrower one the lines are as much shorter.
    """
    width -= WIDTH - columns()
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


def table_lines(table: Table, groups: Sequence[str] = ()) -> Iterator[str]:
    """Yield the lines of ``table``: headings, a rule, rows and footnotes.

    Where it is too wide, long labels are shortened, then the columns move together, and then it is shown in pieces
    that begin with the same labels. Figures are never cut. ``groups`` holds for each row what stands above it where it
    differs from that of the row before.
    """
    for place, piece in enumerate(_pieces(_printable(table))):
        if place:
            yield ""
        yield from _piece_lines(piece, groups)
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
    """Yield ``table``, or parts of its columns with as many as fit beside those that name the rows."""
    if fits(table):
        yield table
        return
    names = _names(table)
    chosen = list(names)
    for place in range(len(names), len(table.columns)):
        if len(chosen) > len(names) and not fits(_with_columns(table, [*chosen, place])):
            yield _with_columns(table, chosen)
            chosen = list(names)
        chosen.append(place)
    yield _with_columns(table, chosen)


def _names(table: Table) -> tuple[int, ...]:
    """Return the columns that name the rows: labels at the beginning, as many as leave half of the room."""
    labels = tuple(takewhile(lambda place: table.columns[place].content is Content.LABEL, range(len(table.columns))))
    for number in range(min(len(labels), len(table.columns) - 1), 1, -1):
        widths = _widths(_with_columns(table, labels[:number]), 0, _LONGEST_LABEL)
        if sum(widths) <= columns() // 2:
            return labels[:number]
    return (0,)


def _with_columns(table: Table, places: Sequence[int]) -> Table:
    rows = tuple(tuple(row[place] for place in places) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in places), rows=rows)


def _piece_lines(table: Table, groups: Sequence[str]) -> Iterator[str]:
    gap, widths = _fitted(table)
    right = [column.content is Content.FIGURE for column in table.columns]
    cut = [
        _shortened([row[place] for row in table.rows], [width] * len(table.rows)) for place, width in enumerate(widths)
    ]
    lines = [_shortened([column.heading for column in table.columns], widths)]
    if any(column.detail for column in table.columns):
        lines.append([column.detail for column in table.columns])
    lines.append(["─" * width for width in widths])
    heads = len(lines)
    lines += map(list, zip(*cut, strict=True))
    above = ["", *groups]
    for number, cells in enumerate(lines, start=1 - heads):
        if 0 < number < len(above) and above[number] != above[number - 1]:
            yield from wrap(above[number], WIDTH)
        shown = (pad(shorten(cell, width), width, right=r) for cell, width, r in zip(cells, widths, right, strict=True))
        yield gap.join(shown).rstrip()


def _shortened(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Shorten ``cells`` to ``widths``; of those that would then read alike, what they begin with in common goes."""
    short = [shorten(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for text in {one for one in short if ELLIPSIS in one}:
        alike = {cell for cell, one in zip(cells, short, strict=True) if one == text}
        if len(alike) > 1:
            short = _without_beginning(alike, cells, short, widths)
    if len(set(short)) == len(set(cells)):
        return short
    # What was left of one group reads like what was left of another: all that were cut lose the same beginning.
    cut = {cell for cell, width in zip(cells, widths, strict=True) if cell_len(cell) > width}
    return _without_beginning(cut, cells, short, widths)


def _without_beginning(
    alike: Collection[str], cells: Sequence[str], short: Sequence[str], widths: Sequence[int]
) -> list[str]:
    """Return ``short`` with those of ``alike`` cut anew, from where they first differ."""
    first, last = min(alike), max(alike)
    common = next((n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return [
        shorten(f"{ELLIPSIS}{cell[common:]}", width) if cell in alike else one
        for cell, one, width in zip(cells, short, widths, strict=True)
    ]


def fits(table: Table) -> bool:
    """Whether ``table`` can be shown in the terminal's columns without cutting a figure, or a label of a few words."""
    gap, widths = _fitted(table, (_LONGEST_LABEL,))
    return _total(gap, widths) <= columns()


def _fitted(table: Table, narrowest: Sequence[int] = (_LONGEST_LABEL, _NARROWEST_LABEL)) -> tuple[str, list[int]]:
    """Return the widest gap with which ``table`` fits, else the narrowest, and the widths of the columns."""
    for least in narrowest:
        for gap in _GAPS:
            widths = _widths(table, columns() - len(gap) * (len(table.columns) - 1), least)
            if _total(gap, widths) <= columns():
                return gap, widths
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
