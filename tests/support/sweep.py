"""A sweep: a run over a grid of findings × regions, whose peaks follow the two phases that the real ones have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bench.results.records import Results
from tests.support.builders import IMPLEMENTATIONS, dataset, digest, measurement, production_results

FINDINGS = {"1k": 1_000, "10k": 10_000, "100k": 100_000}
REGIONS = (5, 10, 20, 30)
BASE_RSS = 75e6
STREAMING_PER_ROW = {1_000: 0, 10_000: 90, 100_000: 200}
"""The more findings, the more of the checks were seen in each region."""

Peak = Callable[[str, int, int], float]
"""The peak RSS growth in bytes, of an implementation, findings and rows."""

_WOBBLE = {5: 0.0, 10: 1e5, 20: -1e5, 30: 0.0}


def modelled_peak(implementation: str, findings: int, rows: int) -> float:
    """Return the larger of reading findings and building rows; streaming builds none, and has a term of its own."""
    wobble = _WOBBLE.get(rows // 5_421, 0.0)
    if implementation == "materializing":
        return max(14e6 + 5_700 * findings, 30e6 + 630 * rows) + wobble
    return 42e6 + STREAMING_PER_ROW[findings] * rows + wobble


def sweep(peak: Peak = modelled_peak) -> Results:
    """Return a sweep's results, with heap peaks that are a little below the growth of RSS."""
    datasets = tuple(dataset(f"{label}/{regions}", n, regions) for label, n in FINDINGS.items() for regions in REGIONS)
    measurements = []
    for one in datasets:
        for name in IMPLEMENTATIONS:
            growth = peak(name, one.size["findings"], one.rows)
            for metric, value in (
                ("peak_heap_bytes", 0.9 * growth),
                ("peak_rss_bytes", growth),
                ("base_rss_bytes", BASE_RSS),
                ("statements_django", 19 if name == "materializing" else 18),
                ("rows_written", one.rows),
            ):
                measurements.append(measurement(one.scan, name, metric, value))
    return replace(
        production_results(),
        command="bench sweep --findings 1k,10k,100k --regions 5,10,20,30",
        datasets=datasets,
        measurements=tuple(measurements),
        digests=tuple(digest(one.scan, name, one.rows) for one in datasets for name in IMPLEMENTATIONS),
        statements=(),
        heap=(),
        allocations=(),
    )
