"""Identifiers of synthetic rows: UUIDv7 as production makes them, but from a seed, at a fixed time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

SCAN_TIME = datetime(2026, 1, 15, tzinfo=UTC)
"""When every synthetic scan took place. It decides the partition of ``findings`` that the rows land in."""

_SCAN_MILLISECONDS = int(SCAN_TIME.timestamp()) * 1000
_VERSION_AND_VARIANT = 7 << 76 | 2 << 62
_RANDOM_B = (1 << 62) - 1


def _uuid7(milliseconds: int, entropy: int) -> int:
    """The 128 bits of RFC 9562, section 5.7: 48 of time, the version, 12 random, the variant, 62 random."""
    return milliseconds << 80 | _VERSION_AND_VARIANT | entropy >> 62 << 64 | entropy & _RANDOM_B


def uuid7(milliseconds: int, entropy: random.Random) -> UUID:
    """The UUIDv7 of a moment, in milliseconds since 1970, with 74 bits taken from ``entropy``."""
    return UUID(int=_uuid7(milliseconds, entropy.getrandbits(74)))


def named_id(seed: str, name: str) -> str:
    """The identifier of one named thing (``tenant``, ``scan``) under a seed: same seed and name, same text."""
    return str(uuid7(_SCAN_MILLISECONDS, random.Random(f"{seed}/id/{name}")))  # noqa: S311 - repeatable on purpose


def ascending_ids(seed: str, name: str) -> Iterator[str]:
    """Endless identifiers, one per millisecond from ``SCAN_TIME`` on, as 32 hexadecimal digits.

    Their order is the order in which they were made. January 2026, and with it the partition, has room for
    1.4 thousand million of them.
    """
    getrandbits = random.Random(f"{seed}/ids/{name}").getrandbits  # noqa: S311 - repeatable on purpose
    milliseconds = _SCAN_MILLISECONDS
    while True:
        yield f"{_uuid7(milliseconds, getrandbits(74)):032x}"
        milliseconds += 1
