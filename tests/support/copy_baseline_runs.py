"""Results of runs in which the copy baseline was measured too."""

from __future__ import annotations

from dataclasses import replace

from bench.results.records import COPY_BASELINE, Results
from tests.support.builders import digest, measurement, production_results

BASELINE_WALL = (2.1, 2.0, 2.15, 2.05, 1.95, 2.1)
"""Seconds, in the rounds of the largest scan."""


def with_copy_baseline() -> Results:
    """Return the whole run with the copy baseline: six rounds on the largest scan, five on the others."""
    results = production_results()
    measured = []
    for one in results.datasets:
        share = one.rows / results.datasets[-1].rows
        seconds = BASELINE_WALL if share == 1 else tuple(round(value * share, 3) for value in BASELINE_WALL[:5])
        measured += [
            measurement(one.scan, COPY_BASELINE, "wall_seconds", *seconds),
            measurement(one.scan, COPY_BASELINE, "wal_bytes", 700 * one.rows),
            measurement(one.scan, COPY_BASELINE, "server_cpu_seconds", round(16e-6 * one.rows, 2)),
            measurement(one.scan, COPY_BASELINE, "rows_written", one.rows),
        ]
    return replace(
        results,
        measurements=(*results.measurements, *measured),
        digests=(*results.digests, *(digest(one.scan, COPY_BASELINE, one.rows) for one in results.datasets)),
    )
