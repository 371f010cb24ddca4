"""COPY's binary format: a header, rows that begin with the number of their columns, each value after its length."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import pack
from uuid import UUID

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
NULL = pack("!i", -1)
UUID_LENGTH = pack("!i", 16)

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_INTEGER_TYPE = 23
"""The object id of the type integer, which never changes."""


def column_count(count: int) -> bytes:
    """Return what a row of so many columns begins with."""
    return pack("!h", count)


def text(value: str) -> bytes:
    """Return a value of type text, from and for a server that speaks UTF-8."""
    encoded = value.encode()
    return pack("!i", len(encoded)) + encoded


def integer(value: int) -> bytes:
    """Return a value of type integer, which has 32 bits."""
    return pack("!ii", 4, value)


def small_integer(value: int) -> bytes:
    """Return a value of type smallint, which has 16 bits."""
    return pack("!ih", 2, value)


def uuid(value: UUID | str) -> bytes:
    """Return a value of type uuid."""
    return UUID_LENGTH + (UUID(value) if isinstance(value, str) else value).bytes


def timestamp(moment: datetime) -> bytes:
    """Return a value of type timestamptz: microseconds since 2000."""
    return pack("!iq", 8, (moment - _EPOCH) // timedelta(microseconds=1))


def integer_array(values: Sequence[int]) -> bytes:
    """Return a value of type integer[]: one dimension, no nulls, subscripts from 1; each element after its length."""
    count = len(values)
    elements = [4] * (2 * count)
    elements[1::2] = values
    return pack(f"!iiiiii{2 * count}i", 20 + 8 * count, 1, 0, _INTEGER_TYPE, count, 1, *elements)
