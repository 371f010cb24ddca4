"""The order of cells: by which number a cell is sorted, read from its finished text."""

from __future__ import annotations

import re

_UNITS = {
    "GB": 1e9,
    "MB": 1e6,
    "kB": 1e3,
    "B": 1.0,
    "s": 1.0,
    "ms": 1e-3,
    "µs": 1e-6,
    "%": 0.01,
    "×": 1.0,
    "k": 1e3,
    "M": 1e6,
}
_NUMBER = re.compile(r"(?<![\w.])([−-]?\d[\d,]*(?:\.\d+)?)\s*([A-Za-zµ%×]+)?")
_ASIDE = re.compile(r"\[[\d,]+\]|\([^()]*\)")
"""Marks of footnotes, and intervals."""


def order_key(cell: str) -> str:
    """Return the number by which ``cell`` is sorted as text; '' for a cell that begins with no number.

    Of values joined by arrows the last counts, of a range its beginning, of a size such as ``10k/20`` the first number.
    """
    text = _ASIDE.sub(" ", cell.rpartition("→")[2]).strip().lstrip("~≤>< ").removeprefix("over ")
    found = _NUMBER.match(text)
    if found is None:
        return ""
    unit = found[2] or next((one for one in reversed(text.split()) if one in _UNITS), "")
    number = float(found[1].replace(",", "").replace("−", "-"))
    return f"{number * _UNITS.get(unit, 1.0):.12g}"
