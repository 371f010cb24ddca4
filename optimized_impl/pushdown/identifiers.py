"""Row ids in batches: one call for the random bytes, and the other bytes set in the whole batch at once.

Time-ordered ids save the server a tenth of its work: each goes to the end of the primary key's index, whose pages would
otherwise be split everywhere.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import chain, count
from struct import Struct, pack

_SIZE = 16
_COUNTED = 4_096
"""Identifiers per millisecond: what its 12-bit counter can hold."""
_BATCH = 512
_ID = Struct(f"{_SIZE}s")
_MILLISECOND_BYTES, _VERSION_BYTE, _VARIANT_BYTE = 6, 6, 8

# Version 7 and the counter: two bytes for each identifier of a millisecond.
_HIGH = bytes(pack("!H", 0x7000 | number)[0] for number in range(_COUNTED))
_LOW = bytes(pack("!H", number)[1] for number in range(_COUNTED))
_AS_VARIANT = bytes(byte & 0x3F | 0x80 for byte in range(256))


def ascending_ids() -> Iterator[bytes]:
    """Yield UUIDs of version 7 without end, each as 16 bytes and greater than the one before it.

    The 12 bits after the milliseconds are a counter; when it overflows, the milliseconds run ahead of the clock (RFC
    9562, section 6.2). 62 bits remain random.
    """
    # No Python code runs per id: a scan has hundreds of thousands.
    return chain.from_iterable(chain.from_iterable(map(_ID.iter_unpack, _batches())))


def _batches() -> Iterator[bytes]:
    """Yield the ids back to back, _BATCH at a time."""
    for millisecond in count(time.time_ns() // 1_000_000):
        moment = pack("!Q", millisecond)[-_MILLISECOND_BYTES:]
        for first in range(0, _COUNTED, _BATCH):
            batch = bytearray(os.urandom(_BATCH * _SIZE))
            for place, byte in enumerate(moment):
                batch[place::_SIZE] = bytes([byte]) * _BATCH
            batch[_VERSION_BYTE::_SIZE] = _HIGH[first : first + _BATCH]
            batch[_VERSION_BYTE + 1 :: _SIZE] = _LOW[first : first + _BATCH]
            batch[_VARIANT_BYTE::_SIZE] = batch[_VARIANT_BYTE::_SIZE].translate(_AS_VARIANT)
            yield bytes(batch)
