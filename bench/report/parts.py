"""A text made of parts that fits into a given length: the least important parts are shortened first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.report.markdown import html, markdown_table
from bench.report.table import Table
from bench.words import shorten

BETWEEN = "\n\n"
_LONGEST_CELL = 160
_MOST_FOOTNOTES = 12


@dataclass(frozen=True, kw_only=True)
class Part:
    """A Part is a piece of a text that can be shortened.

    ``fitted`` takes the available length (see ``length``) and returns as much as fits; '' if nothing useful does.
    """

    importance: int
    """0 for the most important."""
    whole: str
    fitted: Callable[[int], str]


def length(text: str) -> int:
    """Return the length of ``text`` in UTF-16 units, which is no less than its number of characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def compose(parts: Sequence[Part], most: int, notice: str) -> str:
    """Join ``parts`` in their order, in a text whose ``length`` is at most ``most``.

    Where not all fit, the most important ones are placed first, and ``notice`` ends the text.
    """
    text = BETWEEN.join(part.whole for part in parts if part.whole)
    if length(text) <= most:
        return text
    room = most - length(notice)
    chosen: dict[int, str] = {}
    for position, part in sorted(enumerate(parts), key=lambda one: (one[1].importance, one[0])):
        if not part.whole:
            continue
        left = room - length(BETWEEN)
        fitted = part.whole if length(part.whole) <= left else part.fitted(max(left, 0))
        if fitted:
            chosen[position] = fitted
            room -= length(fitted) + length(BETWEEN)
    return BETWEEN.join([*(chosen[position] for position in sorted(chosen)), notice])


def text_part(importance: int, text: str) -> Part:
    """Return a part that is shown whole or not at all."""
    return Part(importance=importance, whole=text, fitted=lambda room: text if length(text) <= room else "")


def list_part(importance: int, head: str, items: Sequence[str]) -> Part:
    """Return a part made of ``items``, blocks of Markdown; its end is left out first. Empty without items."""

    def set_with(number: int) -> str:
        kept = [head, *items[:number]]
        if number < len(items):
            kept.append(f"… and {len(items) - number:,} more.")
        return BETWEEN.join(block for block in kept if block)

    return _countable(importance, len(items), set_with)


def table_part(importance: int, head: str, table: Table | None) -> Part:
    """Return a part made of ``table``; its last rows are left out first. Long cells are shortened. Empty for None."""
    rows = () if table is None else tuple(tuple(shorten(cell, _LONGEST_CELL) for cell in row) for row in table.rows)

    def set_with(number: int) -> str:
        assert table is not None  # without one there is no row
        notes = tuple(shorten(note, 2 * _LONGEST_CELL) for note in table.footnotes[:_MOST_FOOTNOTES])
        if len(table.footnotes) > len(notes):
            notes = (*notes, f"… and {len(table.footnotes) - len(notes):,} more notes.")
        if number < len(rows):
            notes = (*notes, f"… and {len(rows) - number:,} more rows.")
        shown = markdown_table(replace(table, rows=rows[:number], footnotes=notes))
        return f"{head}{BETWEEN}{shown}" if head else shown

    return _countable(importance, len(rows), set_with)


def folded(title: str, part: Part) -> Part:
    """Return ``part`` in a section that opens on a click on ``title``."""
    head = f"<details><summary>{html(title)}</summary>"

    def fold(text: str) -> str:
        return BETWEEN.join((head, text, "</details>")) if text else ""

    around = length(fold("-")) - 1
    return replace(part, whole=fold(part.whole), fitted=lambda room: fold(part.fitted(max(room - around, 0))))


def _countable(importance: int, number: int, set_with: Callable[[int], str]) -> Part:
    """Return a part of as many of ``number`` pieces as fit; empty if not even one does."""

    def fitted(room: int) -> str:
        low, high = 0, number
        while low < high:
            middle = (low + high + 1) // 2
            if length(set_with(middle)) <= room:
                low = middle
            else:
                high = middle - 1
        return set_with(low) if low else ""

    return Part(importance=importance, whole=set_with(number) if number else "", fitted=fitted)
