"""The metrics: every measured quantity by name, with its unit, its kind and its title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How much a metric varies between runs of the same code; statistics, gate and renderers follow it."""

    EXACT = "exact"
    NEAR_EXACT = "near-exact"
    NOISY = "noisy"


class Side(Enum):
    """Where a metric is measured: in the process that makes the call, or on the server."""

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
    """The step in which the metric moves, in its unit; a difference of one step is not significant."""


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
