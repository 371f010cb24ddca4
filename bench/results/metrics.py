"""The metrics: every measured quantity by name, with its unit, its kind and its title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

NEAR_EXACT_TOLERANCE = 0.01
"""The share by which near-exact figures of the same code may differ, unless the metric has its own.

Traced peaks of the same code differ by up to 0.8 %, WAL by 0.05 %.
"""


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
    """By how much figures of the same code may differ whatever their size, in its unit: one or two of the steps in
    which the metric moves."""
    tolerance: float | None = NEAR_EXACT_TOLERANCE
    """Of a near-exact metric, the share by which figures of the same code may differ, as that against itself shows.

    None where that is not known: a gate then compares the metric only where its policy names a tolerance.
    """
    everywhere: bool = True
    """Whether every machine and server gives it, so that a case without it is incomplete."""

    @property
    def repeats_to(self) -> float:
        """The share by which two figures must differ to be told from each other."""
        return NEAR_EXACT_TOLERANCE if self.tolerance is None else self.tolerance


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("wall_seconds", "seconds", Kind.NOISY, "Time (wall)"),
        Metric("cpu_seconds", "seconds", Kind.NOISY, "Time (client CPU)"),
        Metric("function_calls", "calls", Kind.NEAR_EXACT, "Function calls", tolerance=0.001),
        Metric("instructions", "instructions", Kind.NEAR_EXACT, "Instructions", tolerance=None, everywhere=False),
        Metric("peak_heap_bytes", "bytes", Kind.NEAR_EXACT, "Peak heap"),
        Metric(
            "peak_heap_untraced_bytes",
            "bytes",
            Kind.NEAR_EXACT,
            "Peak heap, Python allocators not traced",
            resolution=2 * 2**20,  # of Python's arenas each side may have one more: both were seen, of the same code
        ),
        Metric("allocations", "allocations", Kind.NEAR_EXACT, "Allocations", tolerance=0.002),
        Metric("allocated_bytes", "bytes", Kind.NEAR_EXACT, "Allocated in all"),
        Metric("retained_bytes", "bytes", Kind.NEAR_EXACT, "Held after the call"),
        Metric("peak_rss_bytes", "bytes", Kind.NOISY, "Peak RSS growth"),
        Metric("base_rss_bytes", "bytes", Kind.NOISY, "RSS before the call"),
        Metric("statements_django", "statements", Kind.EXACT, "Statements (Django)"),
        Metric("statements_server", "statements", Kind.EXACT, "Statements (server)"),
        Metric("rows_written", "rows", Kind.EXACT, "Rows written"),
        Metric("wal_bytes", "bytes", Kind.NEAR_EXACT, "WAL", Side.DATABASE),
        Metric("wal_full_page_images", "pages", Kind.NOISY, "Full-page images in WAL", Side.DATABASE, everywhere=False),
        Metric("rows_inserted", "rows", Kind.EXACT, "Rows inserted", Side.DATABASE),
        Metric("rows_deleted", "rows", Kind.EXACT, "Rows deleted", Side.DATABASE),
        Metric("blocks_read", "blocks", Kind.NOISY, "Blocks read", Side.DATABASE, everywhere=False),
        Metric("blocks_hit", "blocks", Kind.NOISY, "Blocks hit", Side.DATABASE, everywhere=False),
        Metric(
            "table_blocks",
            "blocks",
            Kind.NEAR_EXACT,
            "Blocks of tables and indexes",
            Side.DATABASE,
            resolution=16,
            tolerance=0.005,
        ),
        Metric(
            "blocks_dirtied",
            "blocks",
            Kind.NEAR_EXACT,
            "Blocks dirtied",
            Side.DATABASE,
            resolution=16,
            tolerance=0.03,
            everywhere=False,
        ),
        Metric("index_tuples", "entries", Kind.NEAR_EXACT, "Index entries read", Side.DATABASE, tolerance=0.001),
        Metric(
            "sequential_tuples", "rows", Kind.NEAR_EXACT, "Rows of sequential scans", Side.DATABASE, tolerance=0.001
        ),
        Metric("wal_records", "records", Kind.NEAR_EXACT, "WAL records", Side.DATABASE, resolution=64, tolerance=0.001),
        Metric("temp_bytes", "bytes", Kind.NEAR_EXACT, "Temporary files", Side.DATABASE),
        Metric("server_cpu_seconds", "seconds", Kind.NOISY, "Server CPU", Side.DATABASE, everywhere=False),
        Metric("backend_peak_bytes", "bytes", Kind.NOISY, "Backend's peak memory", Side.DATABASE, everywhere=False),
    )
}
"""Every metric, by name, in the order of the reports."""
