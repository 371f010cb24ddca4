"""The heap in a traced run: over time, and in files before schema 4 the largest lines at its peak."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class HeapPoint:
    """Heap and RSS at one moment of a traced run; ``seconds`` since its start, under the tracer."""

    seconds: float
    heap_bytes: int
    rss_bytes: int


@dataclass(frozen=True, kw_only=True)
class HeapSeries:
    """Heap over time in one traced run."""

    scan: str
    implementation: str
    points: tuple[HeapPoint, ...]


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """One call site's share of the heap at its peak."""

    function: str
    file: str
    line: int
    bytes: int
    count: int


@dataclass(frozen=True, kw_only=True)
class AllocationSites:
    """The largest call sites at the peak of one traced run, largest first."""

    scan: str
    implementation: str
    sites: tuple[Allocation, ...]
