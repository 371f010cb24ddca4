"""What a probe reads from one call in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .call_tree import PathAmounts


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


@dataclass(frozen=True)
class FunctionCalls:
    """How often a function was called; ``file`` is '' and ``line`` 0 for one that is not written in Python."""

    function: str
    """``module:qualified name``, such as ``json.decoder:JSONDecoder.decode``, or ``list.append``."""
    file: str
    line: int
    calls: int


@dataclass(frozen=True, kw_only=True)
class CountedCalls:
    """All calls of one run: of the functions called most, most first, and of all others together."""

    functions: tuple[FunctionCalls, ...]
    other_functions: int
    other_calls: int
    other_names: str
    """Eight hexadecimal digits for the name of each of the others."""


@dataclass(frozen=True, kw_only=True)
class CallReading:
    """A CallReading is one sample of one probe: figures by metric, what the function returned, and texts."""

    values: dict[str, float]
    outcome: Any
    heap: tuple[HeapPoint, ...] = ()
    trees: tuple[PathAmounts, ...] = ()
    django_statements: tuple[str, ...] = ()
    django_sites: tuple[str, ...] = ()
    issued: tuple[tuple[str, str], ...] = ()
    """(statement, ``file:line``) in the order in which the driver was given them."""
    calls: CountedCalls | None = None
    warnings: tuple[str, ...] = ()
    incomplete: dict[str, str] = field(default_factory=dict)
    """By metric, what the probe itself knows to be missing from its figure."""
