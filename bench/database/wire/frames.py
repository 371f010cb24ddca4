"""The frames of PostgreSQL's protocol 3: a letter, the length of what follows including itself, and a body.

See https://www.postgresql.org/docs/16/protocol-message-formats.html.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

_HEADER = struct.Struct("!cI")
_SHORT = struct.Struct("!h")
_LONG = struct.Struct("!i")


class Frames:
    """Cuts a stream of bytes into whole frames."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Add ``data`` and yield every frame that is complete."""
        self._rest += data
        start, end = 0, len(self._rest)
        whole = bytes(self._rest)
        try:
            while end - start >= _HEADER.size:
                length = 1 + int.from_bytes(whole[start + 1 : start + 5])
                if end - start < length:
                    break
                yield whole[start : start + length]
                start += length
        finally:
            del self._rest[:start]


def frame(kind: bytes, body: bytes = b"") -> bytes:
    """Return one frame."""
    return _HEADER.pack(kind, len(body) + 4) + body


def query(text: str) -> bytes:
    """Return a simple Query."""
    return frame(b"Q", text.encode() + b"\0")


def texts(body: bytes, number: int) -> tuple[list[str], bytes]:
    """Return the first ``number`` strings of ``body``, each of which a NUL ends, and what follows them."""
    found = []
    for _ in range(number):
        text, _, body = body.partition(b"\0")
        found.append(text.decode(errors="replace"))
    return found, body


def parameters_of(bind: bytes) -> bytes:
    """Return the formats and values of a Bind's parameters, without what it says about the result's columns."""
    _, body = texts(bind[5:], 2)
    place = 2 + 2 * _SHORT.unpack_from(body)[0]
    (number,) = _SHORT.unpack_from(body, place)
    place += 2
    for _ in range(number):
        place += 4 + max(_LONG.unpack_from(body, place)[0], 0)
    return body[:place]


def extended(text: bytes, types: bytes, parameters: bytes) -> bytes:
    """Return the frames that execute ``text`` once, with the results as text.

    ``types`` and ``parameters`` are as a Parse and a Bind hold them.
    """
    return b"".join(
        (
            frame(b"P", b"\0" + text + b"\0" + types),
            frame(b"B", b"\0\0" + parameters + _SHORT.pack(0)),
            frame(b"E", b"\0" + _LONG.pack(0)),
            frame(b"S"),
        )
    )


def row_values(row: bytes) -> list[str]:
    """Return the values of a DataRow in text format; NULL is ''."""
    place, values = 7, []
    for _ in range(_SHORT.unpack_from(row, 5)[0]):
        (length,) = _LONG.unpack_from(row, place)
        place += 4
        values.append(row[place : place + max(length, 0)].decode(errors="replace"))
        place += max(length, 0)
    return values


def error_message(error: bytes) -> str:
    """Return the primary message of an ErrorResponse."""
    fields = error[5:].split(b"\0")
    return next((one[1:].decode(errors="replace") for one in fields if one.startswith(b"M")), "unknown error")


def without_channel_binding(request: bytes) -> bytes:
    """Return an AuthenticationSASL without the mechanism that needs the client's own TLS, which this one has not."""
    kept: Sequence[bytes] = [one for one in request[9:].split(b"\0") if one and not one.endswith(b"-PLUS")]
    return frame(b"R", request[5:9] + b"".join(one + b"\0" for one in kept) + b"\0")


def affected(tag: bytes) -> int:
    """Return the number of rows that a CommandComplete names; 0 where it names none."""
    word = tag[5:-1].rpartition(b" ")[2]
    return int(word) if word.isdigit() else 0
