"""What one sample of one probe gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.results.calls import CountedCalls
from bench.results.heap import HeapPoint
from bench.results.records import ImplementationEnvironment
from bench.results.server_work import StatementWork
from bench.worker.call_tree import PathAmounts


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A Reading is one sample of one probe: the value of each metric, and what else the probe saw."""

    values: Mapping[str, float]
    outcome: Any
    """What the function returned, as JSON."""
    django_statements: tuple[str, ...] = ()
    server_statements: tuple[str, ...] = ()
    server_source: str = ""
    server_work: tuple[StatementWork, ...] = ()
    server_work_source: str = ""
    """Where it comes from; '' where it is not known."""
    server_work_warnings: tuple[str, ...] = ()
    django_sites: tuple[str, ...] = ()
    """For each Django statement the implementation's ``file:line``; likewise ``server_sites``."""
    server_sites: tuple[str, ...] = ()
    heap: tuple[HeapPoint, ...] = ()
    calls: CountedCalls | None = None
    trees: tuple[PathAmounts, ...] = ()
    """By call path, what the metrics say in one figure."""
    benchmark: Mapping[str, object] = field(default_factory=dict)
    """A document of pytest-benchmark's format with this one sample, for the time probe."""
    warnings: tuple[str, ...] = ()
    incomplete: Mapping[str, str] = field(default_factory=dict)
    """By metric, why the figure does not cover all of the work; only metrics of which that is known."""
    code: ImplementationEnvironment | None = None
    """Which code was measured, and where it ran; None for none of the job's."""
