"""Text for Markdown: values from outside keep their characters and lose their powers."""

from __future__ import annotations

import re
from html import escape as escape_html
from urllib.parse import quote

from bench.report.table import Content, Table
from bench.words import plain, plain_lines

ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
_SPECIAL = re.compile(r"[\\`*\[\]~$#!|<>&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ALL_SPECIAL = re.compile(r"[\\`*\[\]~$@#!|<>&_]")
_AT_THE_START = re.compile(r"^(?:[-+](?= |$)|[-=](?=[-=]*$)|\d{1,9}(?=[.)](?: |$)))")
"""What begins a list, a rule or the underline of a heading."""

_LINKED = re.compile(
    r"(?<=\S)(?=@)|[@#](?=\S)"  # @name, @org/team, name@host, #1, owner/repo#1
    r"|\b(?:GH|GHSA|CVE)-(?=\w)"
    r"|:(?=//)|(?<!:)/(?=/\w)"  # an address, also one that was cut
    r"|\bwww(?=\.)"
    r"|(?<=\w)(?=\.(?:com|org|net|edu|gov)\b)"  # programs that show mail link these
    r"|:(?=(?:[+-]1|100|1234|\w{0,40}[A-Za-z][\w+-]{0,40}):)"  # :tada: becomes a picture
    r"|(?<![0-9A-Za-z])[0-9a-f]{7,40}(?![0-9A-Za-z])",  # a commit
    re.IGNORECASE,
)
_UNFIT_FOR_AN_ADDRESS = re.compile(r"[^!-~]|[<>\\&]")
"""What would end the address of a link, or be read as something else in it."""

_SHORTER_THAN_A_COMMIT = re.compile("[0-9a-f]{6}(?=.)", re.IGNORECASE)


def escape(text: str) -> str:
    """Return ``text`` on one line so that Markdown and HTML show it as it is, in a table cell too.

    GitHub makes no mention, link or picture of it. A pipe becomes an entity: a backslash would itself be read together
    with a backslash that stands before it.
    """
    escaped = _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), unlinked(plain(text)))
    return _AT_THE_START.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", escaped)


def unlinked(text: str) -> str:
    """Return ``text`` with zero-width spaces where GitHub would make a mention, a link or a picture of it.

    A backslash does not stop that, because GitHub looks at the finished text (github/markup 1168, cmark-gfm 389).
    """
    return _LINKED.sub(_broken_up, text)


def _broken_up(found: re.Match[str]) -> str:
    if len(found[0]) >= 7:
        return _SHORTER_THAN_A_COMMIT.sub(lambda part: part[0] + ZERO_WIDTH_SPACE, found[0])
    return found[0] + ZERO_WIDTH_SPACE


def html(text: str) -> str:
    """Return ``text`` on one line for HTML in Markdown, such as the title of a folded section."""
    return escape_html(unlinked(plain(text)))


def code_cell(text: str) -> str:
    """Return ``text`` on one line as code for a cell of a table; '' for ''."""
    line = plain(text)
    if "|" in line:
        # Between backticks a pipe ends the cell and an entity is shown as it is written, so this takes HTML.
        entities = _ALL_SPECIAL.sub(lambda found: _ENTITIES.get(found[0], f"&#{ord(found[0])};"), unlinked(line))
        return f"<code>{entities}</code>"
    return code(line)


def code(text: str) -> str:
    """Return ``text`` on one line as code, outside tables; '' for ''."""
    line = plain(text)
    if not line:
        return ""
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}"


def identifier(text: str) -> str:
    """Return a commit or a fingerprint as code, from which it can be copied whole; any other text as words."""
    return code(text) if re.fullmatch(r"[\w+.-]+", text) else escape(text)


def block(text: str) -> str:
    """Return the lines of ``text`` as a fenced block whose fence none of them can close."""
    lines = plain_lines(text.rstrip())
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((f"{fence}text", *lines, fence))


def link(title: str, address: str) -> str:
    """Return a link to ``address``, which cannot end before its end whatever it holds."""
    fit = _UNFIT_FOR_AN_ADDRESS.sub(
        lambda found: "&amp;" if found[0] == "&" else quote(found[0], errors="replace"), address
    )
    return f"[{escape(title)}](<{fit}>)"


def markdown_table(table: Table) -> str:
    """Return ``table`` in Markdown, its footnotes below."""
    headings = [
        escape(f"{column.heading}, {column.detail}" if column.detail else column.heading) for column in table.columns
    ]
    rules = ["---:" if column.content is Content.FIGURE else "---" for column in table.columns]
    lines = [_line(headings), _line(rules)]
    setters = [code_cell if column.content is Content.CODE else escape for column in table.columns]
    lines += [_line([set_cell(cell) for set_cell, cell in zip(setters, row, strict=True)]) for row in table.rows]
    # Two spaces end a line within a paragraph.
    notes = "  \n".join(escape(note) for note in table.footnotes)
    return "\n".join(lines) + (f"\n\n{notes}" if notes else "")


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
