"""Words: text from outside made safe for one line, shortened, counted and listed. Every room may use it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from rich.cells import cell_len

ELLIPSIS = "…"


LONGEST = 4_000
"""Characters that a reader is shown of one text from outside."""
LONGEST_IN_SECONDS = 90
"""From here on, a duration is given in minutes."""


def plain(text: str, longest: int | None = LONGEST) -> str:
    """Return ``text`` on one line: each run of white space, control and format characters becomes one space.

    That removes escape sequences' ESC, bidirectional controls, zero-width characters and lone surrogates, so that the
    result is safe to print. A text of more than ``longest`` characters keeps its two ends, and its length is given.
    """
    if longest is not None and len(text) > longest:
        half = longest // 2
        return f"{plain(text[:half])}{ELLIPSIS}{plain(text[-half:])} ({len(text):,} characters)"
    return " ".join("".join(" " if _blank(character) else character for character in text).split())


def plain_lines(text: str) -> tuple[str, ...]:
    """Return the lines of ``text``, such as the end of a log, each as ``plain`` has it but with its indentation."""
    lines = ("".join(" " if _blank(one) else one for one in line.expandtabs()) for line in text.splitlines())
    return tuple(line if len(line) <= LONGEST else plain(line) for line in lines)


def _blank(character: str) -> bool:
    return unicodedata.category(character).startswith(("C", "Z"))


def shorten(text: str, width: int) -> str:
    """Return ``text`` in at most ``width`` ≥ 1 screen cells, with an ellipsis for its middle where it is longer.

    Names of implementations and files differ at either end.
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


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 scan``, ``1,200 scans``, ``2 summaries``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("ry") else f"{number:,} {noun}s"


def duration(seconds: float) -> str:
    """Return about how long that is: ``42 s``, ``3 min``."""
    return f"{seconds:.0f} s" if seconds < LONGEST_IN_SECONDS else f"{seconds / 60:.0f} min"


def enumerated(words: Sequence[str]) -> str:
    """Join ``words`` as English does: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)
