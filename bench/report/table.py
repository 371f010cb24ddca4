"""The table record: its cells are finished texts, and nothing in it says how they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Content(Enum):
    """What a column holds, and so how it is aligned and whether it may be shortened."""

    LABEL = "label"
    """Words, aligned left; may be shortened."""
    FIGURE = "figure"
    """Numbers with their units, aligned right; never shortened."""
    CODE = "code"
    """Text shown character by character, aligned left."""


@dataclass(frozen=True)
class Column:
    """A Column is a heading, an optional second line of it, and what its cells hold."""

    heading: str
    content: Content = Content.FIGURE
    detail: str = ""


@dataclass(frozen=True)
class Table:
    """A Table is columns, rows with one finished cell for each, and footnotes; cells refer to them as ``[1]``."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    footnotes: tuple[str, ...] = ()


class Footnotes:
    """Collects the footnotes of a table while it is built; equal texts share a mark."""

    def __init__(self) -> None:
        self._marks: dict[str, int] = {}
        self._legends: dict[str, None] = {}

    def marked(self, cell: str, texts: Iterable[str]) -> str:
        """Return ``cell`` with the marks of ``texts``."""
        numbers = sorted({self._marks.setdefault(text, len(self._marks) + 1) for text in texts})
        return f"{cell} [{','.join(map(str, numbers))}]" if numbers else cell

    def legend(self, text: str) -> None:
        """Add a footnote without a mark, which explains a sign used in the cells."""
        self._legends.setdefault(text)

    def texts(self) -> tuple[str, ...]:
        """Return the legends, then the footnotes in the order of their marks."""
        return (*self._legends, *(f"[{number}] {text}" for text, number in self._marks.items()))
