"""Statement lists made readable: long SQL shortened, repeats collapsed, two lists lined up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bench.words import plain, shorten

LONGEST = 110
"""Characters of a shortened statement."""

_LONGEST_CYCLE = 8
_LONG_LITERAL = re.compile(r"'(?:[^']|'')*'")
_INNERMOST = re.compile(r"\(([^()]*)\)")
_SAME_ROWS = re.compile(r"(\(…\)|\([^()]*… \d[\d,]* items\))(?:, ?(?:\(…\)|\([^()]*… \d[\d,]* items\)))+")
_SELECTED = re.compile(r"^(SELECT )(.*?)( FROM )", re.IGNORECASE)


def shorten_statement(sql: str) -> str:
    """Return ``sql`` on one line: long literals, long lists and long select lists abridged, then cut in the middle."""
    text = _LONG_LITERAL.sub(lambda found: found[0] if len(found[0]) <= 26 else "'…'", plain(sql))
    text = _INNERMOST.sub(_abridged_list, text)
    text = _SAME_ROWS.sub(_abridged_rows, text)
    text = _SELECTED.sub(_abridged_selection, text)
    return shorten(text, LONGEST)


def _abridged_list(found: re.Match[str]) -> str:
    items = found[1].split(",")
    return found[0] if len(items) <= 4 else f"({items[0].strip()}, … {len(items):,} items)"


def _abridged_rows(found: re.Match[str]) -> str:
    return f"{found[1]} × {found[0].count('(')}"


def _abridged_selection(found: re.Match[str]) -> str:
    columns = found[2].split(", ")
    return found[0] if len(columns) <= 4 else f"{found[1]}{columns[0]}, … {len(columns)} columns{found[3]}"


@dataclass(frozen=True)
class Repeat:
    """A Repeat is one statement, or a cycle of statements, and how often it follows itself."""

    statements: tuple[str, ...]
    times: int

    def __str__(self) -> str:
        if self.times == 1:
            return self.statements[0]
        if len(self.statements) == 1:
            return f"{self.statements[0]} × {self.times:,}"
        return f"({'; '.join(self.statements)}) × {self.times:,}"


def collapse(statements: Sequence[str]) -> tuple[Repeat, ...]:
    """Collapse equal neighbours, and cycles of up to eight statements that occur at least three times in a row."""
    found: list[Repeat] = []
    position = 0
    while position < len(statements):
        best = Repeat((statements[position],), 1)
        for length in range(1, _LONGEST_CYCLE + 1):
            if "BEGIN" in statements[position + 1 : position + length]:
                break  # A cycle of transactions is read from a BEGIN on, not from the COMMIT before it.
            times = _times(statements, position, length)
            if times >= (2 if length == 1 else 3) and times * length > best.times * len(best.statements):
                best = Repeat(tuple(statements[position : position + length]), times)
        found.append(best)
        position += best.times * len(best.statements)
    return tuple(found)


def _times(statements: Sequence[str], start: int, length: int) -> int:
    """Count how often the cycle of ``length`` statements at ``start`` follows itself, the first time included."""
    position = start + length
    while position < len(statements) and statements[position] == statements[position - length]:
        position += 1
    return (position - start) // length


def side_by_side(left: Sequence[str], right: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Line up two lists: equal lines share a row, others stand beside a blank or beside what takes their place."""
    rows: list[tuple[str, str]] = []
    matcher = SequenceMatcher(a=left, b=right, autojunk=False)
    for _, left_from, left_to, right_from, right_to in matcher.get_opcodes():
        height = max(left_to - left_from, right_to - right_from)
        padded_left = [*left[left_from:left_to], *[""] * (height - (left_to - left_from))]
        padded_right = [*right[right_from:right_to], *[""] * (height - (right_to - right_from))]
        rows += zip(padded_left, padded_right, strict=True)
    return tuple(rows)
