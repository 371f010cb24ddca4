"""The words every part agrees on: an implementation, a catalogue, a scan size, a metric.

This module imports nothing of the project, so that an implementation of one's own depends on little.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NotRequired, Protocol, TypedDict

from bench.errors import InputError

THREATSCORE_KEY = "ProwlerThreatScore-1.0"


class Requirement(TypedDict):
    """One requirement of a framework; ``checks`` maps check ids to anything, only the keys count."""

    description: NotRequired[str]
    checks: Mapping[str, Any]


class Framework(TypedDict):
    """One framework; a missing ``version`` is stored as ''."""

    framework: str
    version: NotRequired[str]
    requirements: Mapping[str, Requirement]


Catalogue = Mapping[str, Framework]
"""The frameworks of one provider by compliance id, in the order in which rows are written."""


class Outcome(TypedDict):
    """What an implementation returns; ``compliance_frameworks`` is empty when no region counted."""

    requirements_created: int
    regions_processed: list[str]
    compliance_frameworks: list[str]


class Implementation(Protocol):
    """A function that writes one scan's compliance rows and summaries. It is called in a process that is set up."""

    def __call__(self, tenant_id: str, scan_id: str) -> Outcome:
        """Write the rows of ``scan_id``; raise ``Scan.DoesNotExist`` where the scan or its provider is gone."""


_catalogues: dict[str, Catalogue] = {}


def install_catalogue(provider: str, catalogue: Catalogue) -> None:
    """Make ``catalogue`` the one of ``provider`` in this process, as production loads it once per worker."""
    _catalogues[provider] = catalogue


def compliance_catalogue(provider: str) -> Catalogue:
    """Return the warm catalogue of ``provider``; empty for a provider without frameworks."""
    return _catalogues.get(provider, {})


_COUNT = re.compile(r"(\d+)(k|m)?", re.IGNORECASE)
_FACTOR = {None: 1, "k": 1_000, "m": 1_000_000}


@dataclass(frozen=True)
class ScanSize:
    """The size of a synthetic scan: ``findings`` × ``regions``, with the label as the user typed it (``10k/20``)."""

    label: str
    findings: int
    regions: int

    @classmethod
    def parse(cls, label: str) -> ScanSize:
        """Read ``findings/regions``; k and M multiply by a thousand and a million. Raises InputError."""
        findings, slash, regions = label.partition("/")
        found = _COUNT.fullmatch(findings)
        if not slash or not found or not regions.isascii() or not regions.isdigit():
            raise InputError(
                f"scan size {label!r} is not findings/regions; write for example --scan 10k/20 or --scan 1M/30"
            )
        suffix = found[2].lower() if found[2] else None
        size = cls(label, int(found[1]) * _FACTOR[suffix], int(regions))
        if size.regions < 1 and size.findings:
            raise InputError(f"scan size {label!r} has findings but no region; write at least one region")
        return size


class Kind(Enum):
    """How far two honest measurements of the same code may differ; statistics, gate and renderers follow it."""

    EXACT = "exact"
    NEAR_EXACT = "near-exact"
    NOISY = "noisy"


@dataclass(frozen=True)
class Metric:
    """A Metric is one measured quantity: its name in results files, its unit, its kind and its title in reports."""

    name: str
    unit: str
    kind: Kind
    title: str


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("wall_seconds", "seconds", Kind.NOISY, "Time (wall)"),
        Metric("cpu_seconds", "seconds", Kind.NOISY, "Time (client CPU)"),
        Metric("peak_heap_bytes", "bytes", Kind.NEAR_EXACT, "Peak heap"),
        Metric("peak_heap_untraced_bytes", "bytes", Kind.NEAR_EXACT, "Peak heap, Python allocators not traced"),
        Metric("peak_rss_bytes", "bytes", Kind.NOISY, "Peak RSS growth"),
        Metric("statements_django", "statements", Kind.EXACT, "Statements (Django)"),
        Metric("statements_server", "statements", Kind.EXACT, "Statements (server)"),
        Metric("rows_written", "rows", Kind.EXACT, "Rows written"),
    )
}
"""Every metric, by name, in the order of the reports."""
