"""What a function declares of itself: values that decorators attached, as JSON, and a fingerprint of its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from enum import Enum
from typing import Any

from .source import source_fingerprint

PREFIX = "__bench_"
"""Of the attributes that hold declarations: ``__bench_laws__`` is ``laws``."""


def declared_by(function: Callable[..., Any], location: str) -> dict[str, Any]:
    """Return ``source`` and, under ``values``, what ``function`` carries, by kind."""
    carried = {name.removeprefix(PREFIX).rstrip("_"): value for name, value in _attributes(function)}
    return {
        "source": source_fingerprint(location.partition(":")[0]),
        "values": {kind: _plain(value) for kind, value in carried.items()},
    }


def _attributes(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    names = [name for name in dir(function) if name.startswith(PREFIX)]
    return [(name, getattr(function, name)) for name in names]


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
