"""Wording: text that comes from data made plain, short enough, and wrapped by the width that it takes on a screen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

ELLIPSIS = "…"


def plain(text: str) -> str:
    """Return ``text`` on one line: every run of white space and control or format characters becomes one space."""
    spaced = "".join(" " if unicodedata.category(character).startswith(("C", "Z")) else character for character in text)
    return " ".join(spaced.split())


def shorten(text: str, width: int) -> str:
    """Return ``text`` in at most ``width`` ≥ 1 screen cells, with an ellipsis for its middle where it is longer.

    Names of implementations and files tell themselves apart at both ends.
    """
    if cell_len(text) <= width:
        return text
    room = width - cell_len(ELLIPSIS)
    head = _fitting(text, room - room // 2)
    tail = _fitting(text[::-1], room // 2)[::-1]
    return f"{head}{ELLIPSIS}{tail}"


def _fitting(text: str, width: int) -> str:
    """Return the longest beginning of ``text`` that takes at most ``width`` cells."""
    taken = 0
    for position, character in enumerate(text):
        taken += cell_len(character)
        if taken > width:
            return text[:position]
    return text


def pad(text: str, width: int, *, right: bool) -> str:
    """Fill ``text`` with spaces to ``width`` screen cells, on its left where it belongs to the right."""
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def wrap(text: str, width: int, indent: str = "  ") -> Iterator[str]:
    """Yield ``text`` in lines of at most ``width`` screen cells; every line but the first begins with ``indent``."""
    line = ""
    room = width - len(indent)
    for word in text.split():
        for part in chop_cells(word, room) or [word]:
            joined = f"{line} {part}" if line.strip() else f"{line}{part}"
            if line.strip() and cell_len(joined) > width:
                yield line
                joined = f"{indent}{part}"
            line = joined
    if line:
        yield line


def enumerated(words: tuple[str, ...]) -> str:
    """Join ``words`` as English does: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)
