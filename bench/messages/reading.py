"""What a probe reads from one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.compliance.contract import Outcome
from bench.results.records import Allocation, HeapPoint

Call = Callable[[], Outcome]
"""The measured call, without arguments; it is set up and warm."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A Reading is one sample of one probe: the value of each metric, and what else the probe saw."""

    values: Mapping[str, float]
    outcome: Outcome
    django_statements: tuple[str, ...] = ()
    server_statements: tuple[str, ...] = ()
    server_source: str = ""
    django_sites: tuple[str, ...] = ()
    """For each Django statement the implementation's ``file:line``; likewise ``server_sites``."""
    server_sites: tuple[str, ...] = ()
    heap: tuple[HeapPoint, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    benchmark: Mapping[str, object] = field(default_factory=dict)
    """The entry of pytest-benchmark's own JSON, for the time probe."""
    warnings: tuple[str, ...] = ()
    incomplete: Mapping[str, str] = field(default_factory=dict)
    """By metric, why the figure does not cover all of the work; only metrics of which that is known."""
