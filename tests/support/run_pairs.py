"""Runs to compare: one small run, and ways in which a later one can differ from it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from bench.results.records import Measurement, Results
from tests.support.builders import at_revision, dataset, digest, measurement, production_results

SCAN = "1k/8"
ROWS = 43_368
NAMES = ("materializing", "streaming")
TIMES = (2.80, 2.74, 2.91, 2.78, 2.83, 2.79, 2.86, 2.76)


def small_run() -> Results:
    """Return a run of two implementations on one scan, with metrics of every kind."""
    return replace(
        production_results(),
        implementations=NAMES,
        datasets=(dataset(SCAN, 1_000, 8),),
        measurements=tuple(one for name in NAMES for one in _measurements(name)),
        digests=tuple(digest(SCAN, name, ROWS) for name in NAMES),
        statements=(),
        heap=(),
        allocations=(),
    )


def _measurements(name: str) -> tuple[Measurement, ...]:
    case = SCAN, name
    peak = 52_300_000 if name == "materializing" else 34_400_000
    return (
        measurement(*case, "wall_seconds", *TIMES),
        measurement(*case, "cpu_seconds", 1.61, 1.58, 1.66),
        measurement(*case, "peak_heap_bytes", peak),
        measurement(*case, "peak_heap_untraced_bytes", peak - 11_000_000),
        measurement(*case, "statements_django", 19 if name == "materializing" else 18),
        measurement(*case, "rows_written", ROWS),
        measurement(*case, "wal_bytes", 33_100_000),
        measurement(*case, "temp_bytes", 0),
    )


def with_samples(results: Results, implementation: str, metric: str, samples: Sequence[float]) -> Results:
    """Return ``results`` with other samples of one metric; without samples the metric goes."""
    changed = []
    for one in results.measurements:
        if (one.implementation, one.metric) != (implementation, metric):
            changed.append(one)
        elif samples:
            changed.append(replace(one, samples=tuple(samples)))
    return replace(results, measurements=tuple(changed))


def later(results: Results) -> Results:
    """Return ``results`` as of another day and commit."""
    environment = replace(results.environment, load_average=(1.5, 1.0, 0.5))
    return replace(at_revision(results, "4567def"), created="2026-01-03T09:00:00+00:00", environment=environment)


def regressed() -> Results:
    """Return a later run in which streaming holds more, takes longer and issues a statement more, and its base less."""
    results = later(small_run())
    results = with_samples(results, "streaming", "peak_heap_bytes", (38_600_000,))
    results = with_samples(results, "streaming", "wall_seconds", [round(1.3 * one, 3) for one in TIMES])
    results = with_samples(results, "streaming", "statements_django", (19,))
    results = with_samples(results, "materializing", "wal_bytes", (29_000_000,))
    return with_samples(results, "materializing", "peak_heap_untraced_bytes", (41_300_000 + 2**20,))


def other_machine() -> Results:
    """Return the regressed run as of a machine with more cores and another PostgreSQL."""
    results = regressed()
    environment = replace(results.environment, cores=4, server_version="18.4", server_settings={"fsync": "on"})
    return replace(results, environment=environment)


def other_rows() -> Results:
    """Return the regressed run with streaming's rows of other content, in both runs as many."""
    results = regressed()
    changed = (results.digests[0], digest(SCAN, "streaming", ROWS, "bad0" * 16))
    return replace(results, digests=changed)


def noisy_samples(rng: random.Random, count: int, factor: float = 1.0) -> tuple[float, ...]:
    """Return wall times as they scatter on a shared machine: lognormal, by 8 %."""
    return tuple(factor * rng.lognormvariate(1.0, 0.08) for _ in range(count))
