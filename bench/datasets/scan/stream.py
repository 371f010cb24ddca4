"""A large JSON file read piece by piece: an object with one long list, a long list, or values after one another."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from bench.files.strict_json import MalformedError, object_of, syntax_fault

LONGEST_PIECE = 16 * 1024 * 1024
"""Characters of one element of the list, or of one other member."""

_SPACE = re.compile(r"[ \t\n\r]*")
_END = 200
"""Reading on cannot repair a syntax error that is further than this from the end of what was read."""
_GLIMPSE = 1024 * 1024
"""Characters that are read to find out what a file holds."""
_DECODER = json.JSONDecoder(object_pairs_hook=object_of)

Piece = tuple[str, int | None, Any]
"""A member's name, the index in the long list or None, and the value."""


class JsonStream:
    """A JsonStream reads one JSON document in order and holds one piece of it at a time."""

    def __init__(self, read: Callable[[], bytes], long_list: str) -> None:
        """``read`` returns the next bytes, and none at the end.

        ``long_list`` is the member of an object that is a list too long to hold in memory.
        """
        self._read = read
        self._long_list = long_list
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._text = ""
        self._position = 0
        self._ended = False
        self._lines = 0
        """Newlines before ``_text``."""
        self._columns = 0
        """Characters between the last of these and ``_text``."""

    def glimpse(self) -> tuple[str, Any, str]:
        """Look at the beginning without passing it. Raises MalformedError for bytes that are not UTF-8.

        Returns the first character that is no white space, the first value where it is whole and short, else None, and
        the first character after that value.
        """
        first = self._next()
        while len(self._text) - self._position < _GLIMPSE and not self._ended:
            self._fill()
        try:
            value, end = _DECODER.raw_decode(self._text, self._position)
        except (ValueError, RecursionError):
            return first, None, ""
        return first, value, self._text[end:].lstrip(" \t\r\n")[:1]

    def elements(self) -> Iterator[tuple[int, Any]]:
        """Yield index and value of the elements of a list. Raises MalformedError."""
        if self._next() != "[":
            raise self._fault("Expecting '[' delimiter")
        yield from enumerate(self._elements())
        self._finish()

    def values(self) -> Iterator[tuple[int, Any]]:
        """Yield values that follow one another, each with the line that it begins in. Raises MalformedError."""
        while self._next():
            line = self._line(self._position)
            yield line, self._value()

    def pieces(self) -> Iterator[Piece]:
        """Yield the members of an object; of the long list first an empty list, then its elements.

        Raises MalformedError.
        """
        if self._next() == "[":
            raise MalformedError("$: expected an object, found a list")
        if self._next() != "{":
            self._value()
            self._finish()
            raise MalformedError("$: expected an object, found another value")
        yield from self._members()
        self._finish()

    def _members(self) -> Iterator[Piece]:
        self._position += 1
        if self._next() == "}":
            self._position += 1
            return
        while True:
            if self._next() != '"':
                raise self._fault("Expecting property name enclosed in double quotes")
            key = self._value()
            self._pass(":")
            if key == self._long_list and self._next() == "[":
                yield key, None, []
                yield from ((key, index, value) for index, value in enumerate(self._elements()))
            else:
                yield key, None, self._value()
            if not self._goes_on("}"):
                return

    def _elements(self) -> Iterator[Any]:
        self._position += 1
        if self._next() == "]":
            self._position += 1
            return
        while True:
            yield self._value()
            if not self._goes_on("]"):
                return

    def _goes_on(self, end: str) -> bool:
        """Pass the comma before another piece, or ``end``."""
        if self._next() == end:
            self._position += 1
            return False
        self._pass(",")
        return True

    def _pass(self, character: str) -> None:
        if self._next() != character:
            raise self._fault(f"Expecting '{character}' delimiter")
        self._position += 1

    def _finish(self) -> None:
        if self._next():
            raise self._fault("Extra data")

    def _next(self) -> str:
        """Return the next character that is no white space; empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._position)
            assert found is not None  # it matches nothing, too
            self._position = found.end()
            if self._position < len(self._text) or self._ended:
                return self._text[self._position : self._position + 1]
            self._fill()

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._position)
            except json.JSONDecodeError as error:
                unclosed = error.msg.startswith("Unterminated")
                if self._ended or (error.pos + _END < len(self._text) and not unclosed):
                    raise self._fault(error.msg, error.pos) from None
            except RecursionError:
                raise MalformedError(f"{self._place(self._position)}: nested too deeply") from None
            except ValueError as error:
                # Python refuses to convert an integer of thousands of digits, and says so in one line.
                raise MalformedError(f"{self._place(self._position)}: not usable JSON: {error}") from None
            else:
                # A number may go on behind what was read, at most after ``e+``.
                if end + len("e+") < len(self._text) or self._ended:
                    self._position = end
                    return value
            if len(self._text) - self._position > LONGEST_PIECE:
                raise MalformedError(
                    f"{self._place(self._position)}: a value of more than {LONGEST_PIECE // 1024**2} million characters"
                )
            # Twice as much each time, so that a long value is not decoded from its start for every chunk.
            wanted = 2 * (len(self._text) - self._position)
            self._fill()
            while len(self._text) < wanted and not self._ended:
                self._fill()

    def _fill(self) -> None:
        """Read on, and forget what was passed."""
        passed = self._text[: self._position]
        lines = passed.count("\n")
        self._columns = len(passed) - passed.rfind("\n") - 1 if lines else self._columns + len(passed)
        self._lines += lines
        content = self._read()
        self._ended = not content
        try:
            more = self._decode(content, self._ended)
        except UnicodeDecodeError as error:
            before = self._lines + self._text.count("\n", self._position)
            line = before + error.object.count(b"\n", 0, error.start) + 1
            raise MalformedError(
                f"line {line}: byte 0x{error.object[error.start]:02x} is not UTF-8; save the file as UTF-8"
            ) from None
        self._text = self._text[self._position :] + more
        self._position = 0

    def _fault(self, message: str, position: int | None = None) -> MalformedError:
        at = self._position if position is None else position
        error = json.JSONDecodeError(message, self._text, at)
        if error.lineno == 1:
            error.colno += self._columns
        ends = self._ended and at >= len(self._text.rstrip())
        return MalformedError(syntax_fault(error, ends=ends, lines_before=self._lines))

    def _place(self, position: int) -> str:
        return f"line {self._line(position)}"

    def _line(self, position: int) -> int:
        return self._lines + self._text.count("\n", 0, position) + 1
