"""The Markdown documents of the repository: their code, links, headings and the paths that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.support.command import ROOT

README = ROOT / "README.md"
DOCUMENTS = (
    README,
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / ".github").rglob("*.md")),
)
"""Written by hand; reports are generated."""
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


def tokens(path: Path) -> list[Token]:
    """Return every token of a document, those within lines included."""
    parsed = _MARKDOWN.parse(path.read_text(encoding="utf-8"))
    return [inner for token in parsed for inner in (token, *(token.children or ()))]


def code_blocks(path: Path, language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return [token.content for token in tokens(path) if token.type == "fence" and token.info == language]


def commands(path: Path) -> Iterator[str]:
    """Yield the shell commands of a document, one a line, without their comments."""
    for block in code_blocks(path, "sh"):
        for line in block.splitlines():
            command = re.sub(r"(^|\s)#.*", "", line).strip()
            if command:
                yield command


def targets(path: Path) -> list[str]:
    """Return the targets of all links and images."""
    found = [token.attrs.get("href", token.attrs.get("src")) for token in tokens(path)]
    return [str(target) for target in found if target is not None]


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    parsed = _MARKDOWN.parse(path.read_text(encoding="utf-8"))
    headings = [parsed[place + 1] for place, token in enumerate(parsed) if token.type == "heading_open"]
    texts = ("".join(inner.content for inner in heading.children or ()) for heading in headings)
    return {_NOT_IN_ANCHORS.sub("", text.lower()).replace(" ", "-") for text in texts}


def tables(path: Path) -> list[list[list[str]]]:
    """Return the document's tables: rows of cells as they are written, the heading first."""
    found: list[list[list[str]]] = []
    within = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            within = False
            continue
        if not within:
            found.append([])
            within = True
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            found[-1].append(cells)
    return found


def table_under(path: Path, heading: str, *columns: str) -> list[list[str]]:
    """Return the rows of the table whose first columns are ``columns``, below the heading's line."""
    text = path.read_text(encoding="utf-8")
    assert f"\n{heading}\n" in text, f"{path.name} has no {heading}"
    (rows,) = (table[1:] for table in tables(path) if tuple(table[0][: len(columns)]) == columns)
    return rows


def code_spans(text: str) -> list[str]:
    """Return what stands between backticks."""
    return re.findall(r"`([^`]+)`", text)
