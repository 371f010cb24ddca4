"""The table record: everything computed, nothing rendered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Content(Enum):
    """What a column holds, which is all that a renderer needs to know to set it."""

    LABEL = "label"
    """Words, to the left; a narrow renderer may shorten them."""
    FIGURE = "figure"
    """Numbers with their units, to the right, never shortened."""
    CODE = "code"
    """Text to be shown character by character, to the left."""


@dataclass(frozen=True)
class Column:
    """A Column is a heading, a second line of it where the heading has two parts, and what the cells hold."""

    heading: str
    content: Content = Content.FIGURE
    detail: str = ""


@dataclass(frozen=True)
class Table:
    """A Table is columns, rows of as many finished cells, and footnotes, whose marks ``[1]`` the cells carry."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    footnotes: tuple[str, ...] = ()


class Footnotes:
    """The footnotes of one table while it is built; the same text gets the same mark."""

    def __init__(self) -> None:
        self._marks: dict[str, int] = {}
        self._legends: dict[str, None] = {}

    def marked(self, cell: str, texts: Iterable[str]) -> str:
        """Return ``cell`` with the marks of ``texts``."""
        numbers = sorted({self._marks.setdefault(text, len(self._marks) + 1) for text in texts})
        return f"{cell} [{','.join(map(str, numbers))}]" if numbers else cell

    def legend(self, text: str) -> None:
        """Add a footnote that explains a sign of the cells, and needs no mark."""
        self._legends.setdefault(text)

    def texts(self) -> tuple[str, ...]:
        """Return the legends, then the footnotes in the order of their marks, each beginning with its own."""
        return (*self._legends, *(f"[{number}] {text}" for text, number in self._marks.items()))
