"""Growth fails by its slope, passes by the whole interval, and is inconclusive in between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.analysis.verdict import Standing
from bench.gate.judge import gate
from bench.results.heap import Allocation, AllocationSites
from bench.results.records import Results
from tests.support.builders import SCANS
from tests.support.gate_runs import check, judged, policy, run, with_samples

NAME = "growth peak_heap_bytes streaming"
RULE = '[gate.growth.peak_heap_bytes]\nstreaming = "{} B"'


def bent() -> Results:
    """Return a run whose peaks rise by 131 B per row on the whole, but not in a line."""
    results = run()
    for (scan, *_), peak in zip(SCANS, (32.6e6, 35.3e6, 44.3e6), strict=True):
        results = with_samples(results, "peak_heap_bytes", [peak], (scan, "streaming"))
    return results


def test_a_slope_within_its_limit_passes_with_its_interval(tmp_path: Path) -> None:
    found = check(judged(tmp_path, RULE.format(140), run()), NAME)
    assert (found.standing, found.noisy, found.scan) == (Standing.PASSED, False, None)
    assert found.sentence == (
        "Peak heap of streaming grows by 130 B per row over 3 scans from 100/3 to 10k/20 "
        "(95 % interval 130 B to 130 B), with its whole interval at most 140 B"
    )


def test_a_slope_over_its_limit_is_a_regression_with_the_sites_that_grew(tmp_path: Path) -> None:
    def sites(scan: str, size: int) -> AllocationSites:
        held = Allocation(function="build", file="task.py", line=10, bytes=size, count=1)
        still = Allocation(function="load", file="task.py", line=2, bytes=5_000_000, count=1)
        return AllocationSites(scan=scan, implementation="streaming", sites=(held, still))

    results = replace(run(), allocations=(sites("100/3", 1_000_000), sites("10k/20", 9_000_000)))
    verdict = judged(tmp_path, RULE.format(120), results)
    found = check(verdict, NAME)
    assert (found.standing, verdict.exit_code) == (Standing.FAILED, 1)
    assert "grows by 130 B per row" in found.sentence
    assert found.sentence.endswith("more than 120 B")
    assert found.evidence == ("task.py:10 in build: 1.00 → 9.00 MB at the peak (+8.00 MB)",)


def test_a_slope_whose_interval_reaches_beyond_its_limit_is_inconclusive(tmp_path: Path) -> None:
    verdict = judged(tmp_path, RULE.format(200), bent())
    assert (verdict.standing, verdict.exit_code) == (Standing.INCONCLUSIVE, 3)
    assert check(verdict, NAME).sentence.endswith(
        "(95 % interval 17 B to 241 B), whose interval reaches beyond 200 B; more scans narrow the interval"
    )
    assert judged(tmp_path, RULE.format(245), bent()).standing is Standing.PASSED
    assert judged(tmp_path, RULE.format(125), bent()).standing is Standing.FAILED


def test_two_scans_give_no_slope(tmp_path: Path) -> None:
    verdict = gate(policy(tmp_path, RULE.format(140), ("100/3", "10k/20")), run(), None)
    assert check(verdict, NAME).standing is Standing.INCONCLUSIVE
    assert "takes 3 scans of different size" in check(verdict, NAME).sentence


def test_equal_peaks_do_not_grow(tmp_path: Path) -> None:
    results = run()
    for scan, *_ in SCANS:
        results = with_samples(results, "peak_heap_bytes", [30e6], (scan, "streaming"))
    assert check(judged(tmp_path, RULE.format(1), results), NAME).standing is Standing.PASSED


def test_a_peak_that_was_not_measured_is_a_tool_failure(tmp_path: Path) -> None:
    verdict = judged(tmp_path, RULE.format(140), with_samples(run(), "peak_heap_bytes", [], ("1k/8", "streaming")))
    assert (verdict.exit_code, check(verdict, NAME).standing) == (2, Standing.ERROR)
