"""The text table is what a terminal of 100 columns shows, whatever was measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len

from bench.report.text import WIDTH, render_table
from bench.results.records import Results
from tests.support import variants
from tests.support.builders import dataset, digest, measurement, production_results
from tests.support.report_golden import assert_golden
from tests.support.sweep import sweep

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
}


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


@pytest.mark.parametrize("name", RUNS)
def test_the_whole_table_is_as_in_its_golden_file(name: str) -> None:
    assert_golden(f"{name}.txt", render_table(RUNS[name]()))


@pytest.mark.parametrize("make", [*RUNS.values(), large])
def test_no_line_is_wider_than_100_columns_or_holds_control_characters(make: Callable[[], Results]) -> None:
    text = render_table(make())
    assert text.endswith("\n")
    for line in text.splitlines():
        assert cell_len(line) <= WIDTH == 100
        assert line.isprintable()


def test_the_verdict_comes_first_and_other_rows_suppress_every_ratio() -> None:
    text = render_table(variants.mismatch())
    assert text.startswith("Same rows: no – ")
    assert "×" not in text
    assert "× less" in render_table(production_results())


def test_many_failures_are_counted_and_the_first_five_told() -> None:
    failed = variants.failed()
    text = " ".join(render_table(replace(failed, failures=failed.failures * 8)).split())
    assert "Failures: 8 –" in text
    assert text.count("signal 9") == 5
    assert "and 3 more" in text
