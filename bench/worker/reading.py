"""What a probe reads from one call in this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class HeapPoint:
    """A HeapPoint is the heap and the resident set at one moment, from the start of the call."""

    seconds: float
    heap_bytes: int
    rss_bytes: int


@dataclass(frozen=True)
class HeapSite:
    """A line and the bytes that it had allocated at the peak, in ``count`` allocations."""

    function: str
    file: str
    line: int
    bytes: int
    count: int


@dataclass(frozen=True, kw_only=True)
class CallReading:
    """A CallReading is one sample of one probe: figures by metric, what the function returned, and texts."""

    values: dict[str, float]
    outcome: Any
    heap: tuple[HeapPoint, ...] = ()
    allocations: tuple[HeapSite, ...] = ()
    django_statements: tuple[str, ...] = ()
    django_sites: tuple[str, ...] = ()
    issued: tuple[tuple[str, str], ...] = ()
    """(statement, ``file:line``) in the order in which the driver was given them."""
    warnings: tuple[str, ...] = ()
