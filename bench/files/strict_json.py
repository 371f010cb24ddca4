"""JSON read strictly: what is malformed, ambiguous or absurd is a fault with its place."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

DEEPEST = 64
"""Brackets within brackets; no file that is read here has more than a dozen."""
LARGEST = 2**63
"""No figure is larger: sums and squares of such figures are finite."""
LONGEST = 1_000_000
"""Characters of one text."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEY_SHOWN = 80


class MalformedError(ValueError):
    """What is wrong with a document, in one line that starts with the place."""


class Repeating(dict[str, Any]):
    """A Repeating is an object in which ``key`` occurs more than once."""

    key = ""


def parse_json(content: bytes) -> Any:
    """Return the value that ``content`` holds; an object with a key twice is a Repeating. Raises MalformedError."""
    text = decode(content)
    try:
        return json.loads(text, object_pairs_hook=object_of)
    except json.JSONDecodeError as error:
        raise MalformedError(syntax_fault(error, ends=error.pos >= len(text.rstrip()))) from None
    except RecursionError:
        raise MalformedError("nested too deeply") from None
    except ValueError as error:
        # Python refuses to convert an integer of thousands of digits, and says so in one line.
        raise MalformedError(f"not usable JSON: {error}") from None


def decode(content: bytes) -> str:
    """Return ``content``, UTF-8 with or without a byte order mark, as text. Raises MalformedError with the line."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # With a byte order mark the codec counts from behind it.
        line = error.object.count(b"\n", 0, error.start) + 1
        raise MalformedError(
            f"line {line}: byte 0x{error.object[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None


def syntax_fault(error: json.JSONDecodeError, *, ends: bool, lines_before: int = 0) -> str:
    """Return ``error`` in words; ``ends`` where the document is over at that place."""
    what = "the file ends too early" if ends else error.msg
    return f"line {error.lineno + lines_before}, column {error.colno}: not JSON: {what}"


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of ``pairs``, for ``object_pairs_hook``."""
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    repeating = Repeating(members)
    counts = Counter(key for key, _ in pairs)
    repeating.key = next(key for key, count in counts.items() if count > 1)
    return repeating


def check_tree(root: Any, place: str = "$", longest: int = LONGEST) -> None:
    """Raise MalformedError for a key twice, and for a number, a text or a nesting beyond what any file needs.

    ``place`` is where ``root`` stands; ``longest`` is the number of characters that a text may have.
    """
    # A node's place is put together only for a fault: (value, place of the parent, key or index).
    waiting: list[_Node] = [(root, None, place, 0)]
    while waiting:
        node = waiting.pop()
        value, depth = node[0], node[3]
        if isinstance(value, dict | list):
            if depth > DEEPEST:
                raise MalformedError(f"{_place(node)[:_KEY_SHOWN]}…: nested too deeply")
            if isinstance(value, Repeating):
                raise MalformedError(f"{_place(node)}: key {shown(value.key)} occurs twice; keep one of the two")
            if isinstance(value, dict) and (long := next((key for key in value if len(key) > longest), None)):
                raise MalformedError(f"{_place(node)}: key {shown(long)} has {len(long):,} characters")
            # Reversed, so that the first fault in the document is found first.
            inner = list(value.items() if isinstance(value, dict) else enumerate(value))
            waiting += [(part, node, key, depth + 1) for key, part in reversed(inner)]
        elif isinstance(value, str):
            if len(value) > longest:
                raise MalformedError(f"{_place(node)}: a text of {len(value):,} characters; the most are {longest:,}")
        elif isinstance(value, int | float) and not abs(value) <= LARGEST:  # so written, NaN is refused as well
            raise MalformedError(f"{_place(node)}: {short_number(value)} is no figure; it is not finite or beyond 2^63")


_Node = tuple[Any, "_Node | None", str | int | None, int]


def _place(node: _Node) -> str:
    steps = [step(key) if parent else str(key) for _, parent, key, _ in _ancestry(node)]
    return "".join(reversed(steps))


def _ancestry(node: _Node | None) -> Iterator[_Node]:
    while node is not None:
        yield node
        node = node[1]


def step(key: str | int | None) -> str:
    """Return what a key or an index adds to a place: ``.name``, ``["a name"]`` or ``[3]``."""
    if isinstance(key, str):
        return f".{key}" if _NAME.fullmatch(key) and len(key) <= _KEY_SHOWN else f"[{shown(key)}]"
    return f"[{key}]"


def shown(key: str) -> str:
    """Return ``key`` quoted, on one line and of bounded length."""
    short = key if len(key) <= _KEY_SHOWN else key[:_KEY_SHOWN] + "..."
    return json.dumps(short, ensure_ascii=not short.isprintable())


def short_number(value: float) -> str:
    """Return ``value`` in a few characters."""
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 70 else f"an integer of {value.bit_length():,} bits"
    return repr(value)
