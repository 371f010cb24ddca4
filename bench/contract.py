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

LIMIT = "copy-limit"
"""The pseudo-implementation that COPYs the same rows from a file: the bare cost, not a competitor."""


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


_SIZE = re.compile(r"([0-9]{1,9})([kKmM]?)/([0-9]{1,9})")
_FACTOR = {"": 1, "k": 1_000, "m": 1_000_000}
MOST_FINDINGS = 100_000_000
MOST_REGIONS = 1_000
"""Beyond these a size is a slip of the finger: hundreds of GB of findings, or many times the regions of any cloud."""


@dataclass(frozen=True)
class ScanSize:
    """The size of a synthetic scan: ``findings`` × ``regions``, with the label as the user typed it (``10k/20``)."""

    label: str
    findings: int
    regions: int

    @classmethod
    def parse(cls, label: str) -> ScanSize:
        """Read ``findings/regions``; k and M multiply by a thousand and a million. Raises InputError."""
        found = _SIZE.fullmatch(label)
        if not found:
            raise InputError(
                f"scan size {label!r} is not findings/regions; write for example --scan 10k/20 or --scan 1M/30"
            )
        size = cls(label, int(found[1]) * _FACTOR[found[2].lower()], int(found[3]))
        if not (1 <= size.findings <= MOST_FINDINGS and 1 <= size.regions <= MOST_REGIONS):
            raise InputError(
                f"scan size {label!r} is out of bounds; write 1 to {MOST_FINDINGS // 1_000_000}M findings "
                f"and 1 to {MOST_REGIONS:,} regions"
            )
        return size


class Kind(Enum):
    """How far two honest measurements of the same code may differ; statistics, gate and renderers follow it."""

    EXACT = "exact"
    NEAR_EXACT = "near-exact"
    NOISY = "noisy"


class Side(Enum):
    """Whose figure a metric is: of the process that makes the call, with what it sends and leaves, or of the server."""

    CLIENT = "client"
    DATABASE = "database"


@dataclass(frozen=True)
class Metric:
    """A Metric is one measured quantity: its name in results files, its unit, its kind and its title in reports."""

    name: str
    unit: str
    kind: Kind
    title: str
    side: Side = Side.CLIENT
    resolution: float = 0.0
    """The step in which the metric moves, in its unit; a difference of one step says nothing."""


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("wall_seconds", "seconds", Kind.NOISY, "Time (wall)"),
        Metric("cpu_seconds", "seconds", Kind.NOISY, "Time (client CPU)"),
        Metric("peak_heap_bytes", "bytes", Kind.NEAR_EXACT, "Peak heap"),
        Metric(
            "peak_heap_untraced_bytes",
            "bytes",
            Kind.NEAR_EXACT,
            "Peak heap, Python allocators not traced",
            resolution=2**20,
        ),
        Metric("peak_rss_bytes", "bytes", Kind.NOISY, "Peak RSS growth"),
        Metric("base_rss_bytes", "bytes", Kind.NOISY, "RSS before the call"),
        Metric("statements_django", "statements", Kind.EXACT, "Statements (Django)"),
        Metric("statements_server", "statements", Kind.EXACT, "Statements (server)"),
        Metric("rows_written", "rows", Kind.EXACT, "Rows written"),
        Metric("wal_bytes", "bytes", Kind.NEAR_EXACT, "WAL", Side.DATABASE),
        Metric("wal_full_page_images", "pages", Kind.NOISY, "Full-page images in WAL", Side.DATABASE),
        Metric("rows_inserted", "rows", Kind.EXACT, "Rows inserted", Side.DATABASE),
        Metric("rows_deleted", "rows", Kind.EXACT, "Rows deleted", Side.DATABASE),
        Metric("blocks_read", "blocks", Kind.NOISY, "Blocks read", Side.DATABASE),
        Metric("blocks_hit", "blocks", Kind.NOISY, "Blocks hit", Side.DATABASE),
        Metric("temp_bytes", "bytes", Kind.NEAR_EXACT, "Temporary files", Side.DATABASE),
        Metric("server_cpu_seconds", "seconds", Kind.NOISY, "Server CPU", Side.DATABASE),
        Metric("backend_peak_bytes", "bytes", Kind.NOISY, "Backend's peak memory", Side.DATABASE),
    )
}
"""Every metric, by name, in the order of the reports."""
