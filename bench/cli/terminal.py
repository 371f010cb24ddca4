"""What reaches the terminal: all of it is printed here, with control characters shown and long values cut."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from bench.errors import BenchError

LONGEST_LINE = 1_000
LONGEST_WORD = 200
# C0 but tab and line feed, DEL and C1, directions of text, line separators, and bytes that are no text.
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")


class UnwritableOutputError(BenchError):
    """Standard output is full, closed or nobody reads it any more."""


def printable(text: str) -> str:
    """Return ``text`` with each control character as the escape that Python writes for it; lines stay lines."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def one_line(text: str) -> str:
    """Return ``text`` on one line: what is not printable as escapes, the middle of what is too long cut."""
    shown = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in " ".join(text.split()))
    return _cut(_LONG_WORD.sub(lambda found: _cut(found[0], LONGEST_WORD), shown), LONGEST_LINE)


def json_text(text: str) -> str:
    """Return JSON in which control characters are escaped, as JSON writes them: the same value, safe on a terminal."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def show(text: str, end: str = "\n") -> None:
    """Print ``text`` on standard output. Raises UnwritableOutputError."""
    with _reporting():
        sys.stdout.write(f"{printable(text)}{end}")
        sys.stdout.flush()


def show_data(text: str) -> None:
    """Write ``text`` as UTF-8 to standard output as it is, for a program to read. Raises UnwritableOutputError."""
    with _reporting():
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()


class _Captured(io.StringIO):
    """Text on its way to standard output, styled as that would be."""

    def isatty(self) -> bool:
        return sys.__stdout__ is not None and sys.__stdout__.isatty()


@contextmanager
def shown() -> Iterator[None]:
    """Print what a library prints in this context: some end the process where the output breaks."""
    with redirect_stdout(_Captured()) as captured:
        yield
    show_data(captured.getvalue())


@contextmanager
def _reporting() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnwritableOutputError(
            f"cannot write to standard output: {error.strerror}; redirect it to a file on a disk with room"
        ) from error


def complain(message: str) -> None:
    """Print an error as one line on standard error."""
    note(f"bench: {message}")


def note(line: str) -> None:
    """Print one line on standard error."""
    sys.stderr.write(f"{one_line(line)}\n")
    sys.stderr.flush()


def _cut(text: str, longest: int) -> str:
    """Names and messages differ at either end, so the middle goes."""
    if len(text) <= longest:
        return text
    tail = longest // 3
    return f"{text[: longest - tail - 1]}…{text[-tail:]}"
