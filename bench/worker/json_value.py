"""JSON values: what a function returned, as JSON knows it."""

from __future__ import annotations

import math
from typing import Any


def as_json(value: Any) -> Any:
    """Return ``value`` with tuples as lists. Raises TypeError, ValueError or UnicodeEncodeError for what JSON lacks."""
    if isinstance(value, str):
        value.encode()
        return value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"JSON has no {value}")
        return value
    if isinstance(value, dict):
        if wrong := next((key for key in value if not isinstance(key, str)), None):
            raise TypeError(f"JSON has no key of type {type(wrong).__name__}")
        return {as_json(key): as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    raise TypeError(f"JSON has no {type(value).__module__}.{type(value).__qualname__}")
