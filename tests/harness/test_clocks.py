"""pytest-benchmark and the workers read the same time, and where they did not, the command would say so."""

from __future__ import annotations

import pytest

from bench.analysis.clocks import compare
from bench.benchmarks.both_clocks import time_by_both
from bench.errors import MeasurementError
from bench.harness.stage import DataStage
from bench.jobs.registry import implementation_of
from bench.report.clocks import render_clocks
from tests.support.notes import Notes

STEADY = (1.0, 1.02, 0.98, 1.01, 0.99, 1.0)


@pytest.mark.slow
@pytest.mark.server
def test_both_clocks_read_the_same_of_the_same_calls(small_scan: DataStage) -> None:
    notes = Notes()
    samples = time_by_both(small_scan, implementation_of(small_scan.job, "streaming"), 2, notes)
    assert notes.finished == notes.total == 4
    assert len(samples.worker) == len(samples.pytest_benchmark) == len(samples.system) == 2
    for read, system in zip(samples.pytest_benchmark, samples.system, strict=True):
        assert 0.9 * read < system <= read, "the one is read within the other"


def test_clocks_that_agree_are_not_apart_and_the_page_gives_both_ratios_with_intervals() -> None:
    found = compare(STEADY, STEADY, STEADY[::-1])
    assert not found.apart
    page = render_clocks(found, "streaming", "1k/8")
    assert page.startswith("Clocks: streaming on 1k/8, 6 pairs: no difference found, as expected\n")
    assert "around the same calls: 1.0000 (1.0000–1.0000)" in page


@pytest.mark.parametrize("wrong", ["system", "worker"])
def test_a_clock_that_runs_slow_is_found(wrong: str) -> None:
    slow = tuple(seconds * 0.97 for seconds in STEADY)
    found = compare(STEADY, slow if wrong == "system" else STEADY, slow if wrong == "worker" else STEADY)
    assert found.apart
    assert "they differ by more than 1%" in render_clocks(found, "streaming", "1k/8")


def test_a_difference_below_the_tolerance_is_none_however_steady() -> None:
    close = tuple(seconds * 0.995 for seconds in STEADY)
    assert not compare(STEADY, close, close).apart


def test_a_clock_that_stands_still_is_an_error() -> None:
    with pytest.raises(MeasurementError, match="a clock read no time at all"):
        compare(STEADY, STEADY, (0.0,) * 6)
