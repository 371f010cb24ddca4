"""Text for Markdown: values from outside keep their characters and lose their powers."""

from __future__ import annotations

import re

from bench.report.table import Content, Table
from bench.words import plain

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
_SPECIAL = re.compile(r"[\\`*\[\]~$@#!|<>&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ALL_SPECIAL = re.compile(r"[\\`*\[\]~$@#!|<>&_]")


def escape(text: str) -> str:
    """Return ``text`` on one line so that Markdown and HTML show it as it is, in a table cell too.

    A pipe becomes an entity: a backslash would itself be read together with a backslash that stands before it.
    """
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), plain(text))


def code(text: str) -> str:
    """Return ``text`` on one line as code, in a table cell too; nothing for nothing."""
    line = plain(text)
    if not line:
        return ""
    if "|" in line:
        # Between backticks a pipe ends the cell and an entity is shown as it is written, so this takes HTML.
        entities = _ALL_SPECIAL.sub(lambda found: _ENTITIES.get(found[0], f"&#{ord(found[0])};"), line)
        return f"<code>{entities}</code>"
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}"


def block(text: str) -> str:
    """Return ``text`` as a fenced block whose fence no line of it can close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"


def markdown_table(table: Table) -> str:
    """Return ``table`` in Markdown, its footnotes below."""
    headings = [
        escape(f"{column.heading}, {column.detail}" if column.detail else column.heading) for column in table.columns
    ]
    rules = ["---:" if column.content is Content.FIGURE else "---" for column in table.columns]
    lines = [_line(headings), _line(rules)]
    setters = [code if column.content is Content.CODE else escape for column in table.columns]
    lines += [_line([set_cell(cell) for set_cell, cell in zip(setters, row, strict=True)]) for row in table.rows]
    # Two spaces end a line within a paragraph.
    notes = "  \n".join(escape(note) for note in table.footnotes)
    return "\n".join(lines) + (f"\n\n{notes}" if notes else "")


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
