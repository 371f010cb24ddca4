"""Corrections of what stations measure, by kind of station, quantity and tenth of the value.

Loaded when the first is asked for, once per process.
"""

from decimal import Decimal

STEP = Decimal("0.01")
_RANGE = range(-500, 1500)

_corrections: dict[tuple[str, str, int], Decimal] = {}


def load() -> int:
    """Load the corrections unless they are there; return how many there are."""
    if not _corrections:
        for number, (kind, quantity) in enumerate(
            (kind, quantity) for kind in ("land", "sea", "air") for quantity in ("temperature", "wind", "rain")
        ):
            for tenths in _RANGE:
                _corrections[kind, quantity, tenths] = STEP * ((tenths * (number + 3)) % 17 - 8)
    return len(_corrections)


def corrected(kind: str, quantity: str, value: Decimal) -> Decimal:
    """Return ``value`` as a perfect station of ``kind`` had measured it."""
    load()
    return value + _corrections[kind, quantity, int(value * 10)]
