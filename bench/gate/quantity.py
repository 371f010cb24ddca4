"""Quantities as a person writes them: ``"50 MB"``, ``"300 ms"``, ``"2 %"``, or a plain number in the metric's unit."""

from __future__ import annotations

import math
import re

from bench.errors import InputError
from bench.words import shorten

UNITS = {
    "bytes": {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30},
    "seconds": {"s": 1.0, "ms": 1e-3, "min": 60.0},
}
"""What may follow a number, by the metric's unit; a count stands alone."""

_ALIASES = {"KB": "kB"}
"""Spellings that are read and not recommended."""

_EXAMPLES = {"bytes": '"50 MB"', "seconds": '"300 ms"'}
_WRITTEN = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z%]+)\s*")


def parse_quantity(value: object, unit: str, place: str) -> float:
    """Return ``value``, 0 or more, in ``unit``; ``place`` says where it stands. Raises InputError."""
    units = UNITS.get(unit, {})
    example = f"{_EXAMPLES[unit]}, with one of {', '.join(units)}" if units else "a number such as 18"
    return _checked(_number(value, units), value, place, example)


def parse_share(value: object, place: str) -> float:
    """Return a share between 0 and 1, written ``"2 %"`` or 0.02. Raises InputError."""
    example = '"2 %" or 0.02, less than the whole'
    share = _checked(_number(value, {"%": 0.01}), value, place, example)
    if not 0 < share < 1:
        raise InputError(f"{place} is {shorten(repr(value), 80)}; write {example}")
    return share


def parse_factor(value: object, place: str) -> float:
    """Return a factor above 0, written as a number or in percent. Raises InputError."""
    example = 'a number such as 0.5, or "50 %"'
    factor = _checked(_number(value, {"%": 0.01}), value, place, example)
    if factor == 0:
        raise InputError(f"{place} is {shorten(repr(value), 80)}; write {example}")
    return factor


def _number(value: object, units: dict[str, float]) -> float | None:
    # To Python a bool is an int, but in a policy it is a mistake.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    found = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    size = units.get(_ALIASES.get(found[2], found[2]))
    return None if size is None else float(found[1]) * size


def _checked(number: float | None, value: object, place: str, example: str) -> float:
    if number is None or not math.isfinite(number) or number < 0:
        raise InputError(f"{place} is {shorten(repr(value), 80)}; write {example}")
    return number
