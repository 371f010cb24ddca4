"""Runs whose reports are compared with golden files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench.results.call_trees import KeptCapture, TreeSubject
from bench.results.metrics import METRICS, Kind
from bench.results.records import Measurement, Results
from tests.support import variants
from tests.support.builders import dataset, digest, measurement, production_results
from tests.support.call_runs import with_calls
from tests.support.call_trees import call_tree
from tests.support.sweep import sweep


def large() -> Results:
    """Return a run with figures as wide as they get: a million findings, and peaks far apart."""
    results = production_results()
    scan = "a-recorded-scan-of-a-large-organisation-with-every-region.json"
    more = [
        measurement(scan, name, metric, *samples)
        for name in results.implementations
        for metric, samples in (
            ("wall_seconds", (3_138.0, 3_141.0, 3_150.0)),
            ("peak_heap_bytes", (5.1e9,) if name == "materializing" else (53e6,)),
            ("statements_django", (1_019, 1_020)),
        )
    ]
    return replace(
        results,
        datasets=(*results.datasets, dataset(scan, 1_000_000, 300)),
        measurements=(*results.measurements, *more),
        digests=(*results.digests, *(digest(scan, name, 300 * 5_421) for name in results.implementations)),
    )


def six() -> Results:
    """Return a run of six implementations: the two of production, and four that get by with ever less."""
    results = production_results()
    shares = {"single-transaction": 0.8, "pushdown": 0.4, "pushdown-fast": 0.2, "packed": 0.05}

    def less(one: Measurement, name: str, share: float) -> Measurement:
        exact = METRICS[one.metric].kind is Kind.EXACT
        return replace(
            one, implementation=name, samples=one.samples if exact else tuple(share * value for value in one.samples)
        )

    def of_each(records: tuple[Any, ...]) -> tuple[Any, ...]:
        own = [one for one in records if one.implementation == "streaming"]
        return (*records, *(replace(one, implementation=name) for name in shares for one in own))

    return replace(
        results,
        implementations=(*results.implementations, *shares),
        measurements=(
            *results.measurements,
            *(
                less(one, name, share)
                for name, share in shares.items()
                for one in results.measurements
                if one.implementation == "streaming"
            ),
        ),
        digests=of_each(results.digests),
        statements=of_each(results.statements),
        heap=of_each(results.heap),
        allocations=of_each(results.allocations),
    )


def with_paths() -> Results:
    """Return a run that knows where memory and time went, by call path, and whose captures were kept."""
    held = {
        "materializing": {"call/build:7": 60_000_000, "call/read/fetch@django:31": 25_000_000, "call/(other)": 900_000},
        "streaming": {"call/build:9": 10_000_000, "call/read/fetch@django:31": 30_000_000, "call/write": 4_000_000},
    }
    spent = {
        "materializing": {"call/build:7": 700_000, "call/read/(waiting for the server)": 300_000},
        "streaming": {"call/build:7": 300_000, "call/read/(waiting for the server)": 700_000},
    }
    kept = {name: {"call/cache:3": 200_000 * (place + 1)} for place, name in enumerate(held)}
    amounts: dict[TreeSubject, dict[str, dict[str, int]]] = {"peak": held, "retained": kept, "time": spent}
    trees = [
        call_tree(lines, implementation=name, about=about, kept_from=50_000)
        for about, by_name in amounts.items()
        for name, lines in by_name.items()
    ]
    captures = [
        KeptCapture(
            scan="10k/20",
            implementation=name,
            file=f"captures/10k-20-{name}-heap.bin",
            pages=(f"captures/10k-20-{name}-heap-flamegraph.html",),
        )
        for name in held
    ]
    return replace(production_results(), allocations=(), call_trees=tuple(trees), captures=tuple(captures))


RUNS: dict[str, Callable[[], Results]] = {
    "production": production_results,
    "mismatch": variants.mismatch,
    "failed": variants.failed,
    "three": variants.three,
    "single": variants.single,
    "laws": variants.broken_law,
    "hostile": variants.hostile,
    "empty": variants.empty,
    "sweep": sweep,
    "stopped": variants.stopped,
    "calls": with_calls,
    "paths": with_paths,
}
