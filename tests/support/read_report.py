"""What a reader sees of a report, read back from its page and from its Markdown in the same form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it.token import Token

from bench.report.markdown import ZERO_WIDTH_SPACE
from tests.support.rendered_markdown import PARSER

Table = tuple[tuple[str, ...], ...]
_VOID = {"meta", "link", "img", "input", "br"}


@dataclass
class Seen:
    """What was seen: each table with its heading as the first row, each other line of text, each picture's words."""

    tables: list[Table] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """A page as its elements: ``tags`` with their attributes in order, and what is ``seen`` within main."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen = Seen()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.scripts: list[str] = []
        self._text = ""
        self._rows: list[tuple[str, ...]] = []
        self._cells: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "img":
            self.seen.pictures.append(dict(attrs).get("alt") or "")
        if dict(attrs).get("role") == "img":
            self.seen.pictures.append(dict(attrs).get("aria-label") or "")
        if tag in _VOID:
            return
        self.open.append(tag)
        if tag in {"p", "li", "h1", "h2", "h3", "td", "th", "pre", "script"}:
            self._text = ""
        if tag == "span" and "th" in self.open:
            self._text += ", "

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)
        match tag:
            case "script":
                self.scripts.append(self._text)
            case "td" | "th":
                self._cells.append(_folded(self._text))
            case "tr":
                self._rows.append(tuple(self._cells))
                self._cells = []
            case "table":
                self.seen.tables.append(tuple(self._rows))
                self._rows = []
            case "pre":
                self.seen.lines += filter(None, map(_folded, self._text.splitlines()))
            case "p" | "li" if "main" in self.open and _folded(self._text):
                self.seen.lines.append(_folded(self._text))


def read_markdown(text: str) -> Seen:
    """Read a report in Markdown, without its headings and the titles of what is folded."""
    seen = Seen()
    rows: list[tuple[str, ...]] = []
    cells: list[str] = []
    inside = ""
    for token in PARSER.parse(text):
        match token.type:
            case "heading_open" | "paragraph_open" | "td_open" | "th_open":
                inside = token.type.removesuffix("_open")
            case "table_open":
                rows = []
            case "tr_open":
                cells = []
            case "tr_close":
                rows.append(tuple(cells))
            case "table_close":
                seen.tables.append(tuple(rows))
            case "fence":
                seen.lines += filter(None, map(_folded, token.content.splitlines()))
            case "inline" if inside in {"td", "th"}:
                cells.append(_folded(_shown(token)))
            case "inline" if inside == "paragraph":
                seen.pictures += [_folded(_shown(one)) for one in token.children or [] if one.type == "image"]
                seen.lines += filter(None, map(_folded, _shown(token).split("\n")))
    return seen


def _shown(token: Token) -> str:
    return "".join(map(_words, token.children or []))


def _words(token: Token) -> str:
    if token.type in {"text", "text_special", "code_inline"}:
        return token.content
    return {"hardbreak": "\n", "softbreak": " "}.get(token.type, "")


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace(ZERO_WIDTH_SPACE, "")).strip()
