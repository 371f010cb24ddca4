"""The parts of a report, as every renderer reads them: sections made of blocks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bench.report.plots.chart import Picture
from bench.report.table import Content, Table


class Fold(Enum):
    """Where a section is shown before anybody opens it."""

    OPEN = "open"
    """On the page and in Markdown."""
    OPEN_ON_PAGE = "open on the page"
    """On the page; in Markdown, where it would take a screen, it is folded."""
    FOLDED = "folded"
    """Nowhere."""


@dataclass(frozen=True)
class Heading:
    """A Heading names the blocks that follow it within a section; ``text`` may come from outside."""

    text: str


@dataclass(frozen=True)
class Sentence:
    """A Sentence is a paragraph that may hold text from outside: it is shown as it is, whatever it holds.

    ``strong`` sets it off: all of it, or where it is a verdict line, all before its first dash.
    """

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Prose:
    """A Prose is a paragraph of our own words, never of text from outside.

    It may hold ``**strong**``, ``*slanted*`` and code between backticks, and nothing else of Markdown.
    """

    text: str


@dataclass(frozen=True)
class Items:
    """Items are a list of texts that may come from outside.

    Content.CODE sets them as code. ``verdicts`` sets off what stands before the first dash of each.
    """

    texts: tuple[str, ...]
    content: Content = Content.LABEL
    verdicts: bool = False


@dataclass(frozen=True)
class Links:
    """Links lead to files of our own beside the report: a title, which may come from outside, and an address each."""

    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Log:
    """A Log is lines shown character by character, such as the end of a log or a command."""

    text: str


@dataclass(frozen=True)
class Drawn:
    """A Drawn is a picture as the bytes of its files: ``plots/NAME.png`` and ``plots/NAME.svg``; the page holds it."""

    png: bytes
    svg: bytes
    dark: bytes = b""
    """The SVG for a dark page; empty where there is none."""


Block = Heading | Sentence | Prose | Items | Links | Log | Table | Picture


@dataclass(frozen=True, kw_only=True)
class Section:
    """A Section is one part of a report: every renderer shows the same blocks, so that no figure differs."""

    name: str
    """Its place in addresses, such as ``growth``: lower case and hyphens, unlike any other section's."""
    title: str
    blocks: tuple[Block, ...]
    fold: Fold = Fold.FOLDED
    terminal: tuple[Block, ...] = ()
    """What ``bench run`` prints of it, without pictures; most print nothing."""
