"""Identifiers of rows by the batch: one call for random bytes, and what is not random in all of them at once.

Time-ordered ones spare the server a tenth of the work: each is the last in the primary key's index, whose pages are
otherwise split all over.
"""

from __future__ import annotations

import os
import sys
import time
from array import array
from collections.abc import Iterator
from itertools import count

BATCH = 500
_SIZE = 16

_VARIANT_BYTE = 8
_AS_VARIANT = bytes(byte & 0x3F | 0x80 for byte in range(256))
_VERSION_7 = 7 << 12
_COUNTER_BITS = 12


def ascending_ids() -> Iterator[bytes]:
    """Yield UUIDs of version 7 without end, each as 16 bytes and greater than the one before it.

    The 12 bits behind the milliseconds count; when they overflow, the milliseconds go on from there, ahead of the
    clock, as RFC 9562 has it in section 6.2. 62 bits remain random.
    """
    first = time.time_ns() // 1_000_000 << _COUNTER_BITS
    for start in count(first, BATCH):
        heads = array("Q", [_ascending_head(number) for number in range(start, start + BATCH)])
        if sys.byteorder == "little":
            heads.byteswap()
        batch = bytearray(os.urandom(BATCH * _SIZE))
        for byte in range(heads.itemsize):
            batch[byte::_SIZE] = heads.tobytes()[byte :: heads.itemsize]
        batch[_VARIANT_BYTE::_SIZE] = batch[_VARIANT_BYTE::_SIZE].translate(_AS_VARIANT)
        yield from _slices(batch)


def _ascending_head(number: int) -> int:
    """The upper 64 bits of an identifier: milliseconds, version, counter."""
    return number >> _COUNTER_BITS << 16 | _VERSION_7 | number & (1 << _COUNTER_BITS) - 1


def _slices(batch: bytearray) -> Iterator[bytes]:
    data = bytes(batch)
    return (data[start : start + _SIZE] for start in range(0, len(data), _SIZE))
