"""Against a baseline the kind of a metric decides, and neither a missing case nor another machine reads as a pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.analysis.comparable import environment_fingerprint
from bench.gate.judge import gate
from bench.gate.verdict import Check, GateVerdict, Outcome
from bench.results.records import Allocation, NoiseFloor, Results
from tests.support.builders import digest
from tests.support.gate_runs import CASE, SCAN, TIMES, check, judged, names, policy, run, with_samples, without
from tests.support.variants import failed

PEAK = 30e6 + 130 * 108_420
WALL = '[gate.tolerance]\nwall_seconds = "5 %"'


def against(tmp_path: Path, results: Results, rules: str = "", baseline: Results | None = None) -> GateVerdict:
    return judged(tmp_path, rules, results, baseline or run())


def of(verdict: GateVerdict, metric: str) -> Check:
    return check(verdict, f"baseline {metric} 10k/20 streaming")


def elsewhere(results: Results) -> Results:
    return replace(results, environment=replace(results.environment, cores=64, cpu="Another CPU"))


def test_the_same_run_passes(tmp_path: Path) -> None:
    verdict = against(tmp_path, run(), WALL)
    assert (verdict.outcome, verdict.exit_code) == (Outcome.PASS, 0)
    assert of(verdict, "peak_heap_bytes").sentence == (
        "Peak heap of streaming on 10k/20: 44.1 MB → 44.1 MB, tolerance 2 %"
    )
    for metric in ("statements_django", "wal_bytes", "rows_written", "wall_seconds", "temp_bytes"):
        assert of(verdict, metric).outcome is Outcome.PASS
    assert "baseline cpu_seconds 10k/20 streaming" not in names(verdict)


@pytest.mark.parametrize("count", [17, 19])
def test_an_exact_metric_fails_in_both_directions(tmp_path: Path, count: int) -> None:
    verdict = against(tmp_path, with_samples(run(), "statements_django", [count]))
    found = of(verdict, "statements_django")
    assert (found.outcome, verdict.exit_code) == (Outcome.REGRESSION, 1)
    assert f"18 → {count}" in found.sentence
    assert "exact, so any deviation fails; if it is meant, `bench baseline accept RESULTS`" in found.sentence


def test_an_exact_metric_fails_if_a_single_sample_differs(tmp_path: Path) -> None:
    assert of(
        against(tmp_path, with_samples(run(), "statements_django", [18, 19, 18])), "statements_django"
    ).outcome is (Outcome.REGRESSION)


def test_a_statement_more_is_shown_with_its_text_and_line(tmp_path: Path) -> None:
    results = with_samples(run(), "statements_django", [19])
    texts = []
    for one in results.statements:
        if (one.scan, one.implementation) == CASE:
            one = replace(
                one,
                django=(*one.django, "SELECT x FROM y WHERE z = 4"),
                django_sites=(*[""] * len(one.django), "mine.py:9"),
            )
        texts.append(one)
    found = of(against(tmp_path, replace(results, statements=tuple(texts))), "statements_django")
    assert len(found.evidence) == 1
    assert found.evidence[0].startswith("mine.py:9: 0 → 1 times: ")
    assert found.evidence[0].endswith(" SELECT x FROM y WHERE z = ?")


@pytest.mark.parametrize(
    ("factor", "outcome"),
    [
        (1.0199, Outcome.PASS),
        (1.0201, Outcome.REGRESSION),
        (0.9801, Outcome.PASS),
        (0.9799, Outcome.IMPROVEMENT),
    ],
)
def test_a_near_exact_metric_fails_beyond_its_tolerance_and_improves_below_it(
    tmp_path: Path, factor: float, outcome: Outcome
) -> None:
    verdict = against(tmp_path, with_samples(run(), "peak_heap_bytes", [PEAK * factor]))
    assert of(verdict, "peak_heap_bytes").outcome is outcome
    assert verdict.outcome is outcome


def test_an_improvement_asks_for_a_new_baseline_and_passes(tmp_path: Path) -> None:
    verdict = against(tmp_path, with_samples(run(), "peak_heap_bytes", [20e6]))
    assert (verdict.outcome, verdict.exit_code) == (Outcome.IMPROVEMENT, 0)
    assert of(verdict, "peak_heap_bytes").sentence == (
        "Peak heap of streaming on 10k/20: 44.1 MB → 20.0 MB (−54.6 %), tolerance 2 %; "
        "keep it with `bench baseline accept RESULTS`"
    )


def test_a_tolerance_of_the_policy_counts(tmp_path: Path) -> None:
    results = with_samples(run(), "wal_bytes", [763 * 108_420 * 1.015])
    assert of(against(tmp_path, results), "wal_bytes").outcome is Outcome.PASS
    rules = '[gate.tolerance]\nwal_bytes = "1 %"'
    assert of(against(tmp_path, results, rules), "wal_bytes").outcome is Outcome.REGRESSION


@pytest.mark.parametrize(("step", "outcome"), [(2**20, Outcome.PASS), (2**20 + 1, Outcome.REGRESSION)])
def test_an_untraced_peak_may_move_by_one_arena(tmp_path: Path, step: int, outcome: Outcome) -> None:
    results = with_samples(run(), "peak_heap_untraced_bytes", [35.7e6 + step])
    assert of(against(tmp_path, results), "peak_heap_untraced_bytes").outcome is outcome


@pytest.mark.parametrize(("size", "outcome"), [(900_000, Outcome.PASS), (5_000_000, Outcome.REGRESSION)])
def test_next_to_nothing_says_nothing_and_more_does(tmp_path: Path, size: int, outcome: Outcome) -> None:
    assert of(against(tmp_path, with_samples(run(), "temp_bytes", [size])), "temp_bytes").outcome is outcome


def test_a_peak_that_rose_names_the_functions_that_grew_whatever_their_lines(tmp_path: Path) -> None:
    results = with_samples(run(), "peak_heap_bytes", [80e6])
    sites = []
    for one in results.allocations:
        if one.implementation == "streaming":
            kept = Allocation(function="keep_all", file="streaming/task.py", line=7, bytes=40_000_000, count=9)
            moved = replace(one.sites[0], line=99, bytes=one.sites[0].bytes + 50_000)
            one = replace(one, sites=(moved, kept, *one.sites[1:]))
        sites.append(one)
    found = of(against(tmp_path, replace(results, allocations=tuple(sites))), "peak_heap_bytes")
    assert found.evidence == ("streaming/task.py:7 in keep_all: 0.0 → 40.0 MB at the peak (+40.0 MB)",)


def slower(factor: float) -> Results:
    return with_samples(run(), "wall_seconds", [factor * one for one in TIMES["streaming"]])


@pytest.mark.parametrize(
    ("factor", "outcome"),
    [(1.02, Outcome.PASS), (1.3, Outcome.REGRESSION), (0.98, Outcome.PASS), (0.7, Outcome.IMPROVEMENT)],
)
def test_time_fails_by_interval_and_floor(tmp_path: Path, factor: float, outcome: Outcome) -> None:
    found = of(against(tmp_path, slower(factor), WALL), "wall_seconds")
    assert (found.outcome, found.noisy) == (outcome, True)


def test_time_below_what_chance_shows_on_this_machine_passes(tmp_path: Path) -> None:
    results = slower(1.12)
    assert of(against(tmp_path, results, WALL), "wall_seconds").outcome is Outcome.REGRESSION
    floor = NoiseFloor(
        created="2026-01-01T00:00:00+00:00",
        environment_fingerprint=environment_fingerprint(results.environment),
        scan="1k/8",
        implementation="streaming",
        pairs=10,
        deviations={"wall_seconds": 0.3},
    )
    assert of(against(tmp_path, replace(results, noise_floor=floor), WALL), "wall_seconds").outcome is Outcome.PASS


def test_time_with_too_few_samples_is_inconclusive(tmp_path: Path) -> None:
    verdict = against(tmp_path, with_samples(run(), "wall_seconds", TIMES["streaming"][:3]), WALL)
    assert (verdict.outcome, verdict.exit_code) == (Outcome.INCONCLUSIVE, 3)


def test_time_of_another_machine_is_not_comparable_and_never_a_regression(tmp_path: Path) -> None:
    verdict = against(tmp_path, elsewhere(slower(3)), WALL)
    found = check(verdict, "baseline wall_seconds")
    assert (verdict.outcome, verdict.exit_code) == (Outcome.NOT_COMPARABLE, 3)
    assert found.evidence == (
        "another environment than the baseline's: processor: Some CPU → Another CPU; cores: 2 → 64",
    )


def test_memory_of_another_machine_is_judged_and_the_difference_told(tmp_path: Path) -> None:
    assert against(tmp_path, elsewhere(run())).outcome is Outcome.PASS
    verdict = against(tmp_path, elsewhere(with_samples(run(), "peak_heap_bytes", [80e6])))
    assert verdict.outcome is Outcome.REGRESSION
    assert "cores: 2 → 64" in of(verdict, "peak_heap_bytes").evidence[-1]


def test_rows_that_are_not_the_baselines_are_a_regression_and_suppress_its_costs(tmp_path: Path) -> None:
    """Both implementations changed alike, so the run itself sees nothing."""
    results = with_samples(run(), "peak_heap_bytes", [10e6])
    changed = tuple(
        digest(one.scan, one.implementation, one.row_count, "bad0" * 16) if one.scan == SCAN else one
        for one in results.digests
    )
    verdict = against(tmp_path, replace(results, digests=changed))
    found = check(verdict, "baseline rows 10k/20 streaming")
    assert (verdict.exit_code, found.outcome) == (1, Outcome.REGRESSION)
    assert found.sentence.endswith("are not those of the baseline: as many, 108,420, of other content")
    assert "baseline peak_heap_bytes 10k/20 streaming" not in names(verdict)
    assert "baseline statements_django 10k/20 streaming" in names(verdict)


def test_a_case_of_the_baseline_that_is_missing_is_a_regression(tmp_path: Path) -> None:
    narrow = policy(tmp_path, scans=("100/3", "1k/8"))
    results = run()
    results = replace(
        without(without(results), (SCAN, "materializing")),
        datasets=tuple(one for one in results.datasets if one.scan != SCAN),
    )
    verdict = gate(narrow, results, run())
    assert verdict.exit_code == 1
    assert {one.name for one in verdict.having(Outcome.REGRESSION)} == {
        "case 10k/20 materializing",
        "case 10k/20 streaming",
    }
    assert "is in the baseline and was not measured" in check(verdict, "case 10k/20 streaming").sentence


def test_a_case_that_the_policy_asks_for_or_that_failed_is_told_once(tmp_path: Path) -> None:
    for results in (without(run()), failed()):
        assert len(against(tmp_path, results).having(Outcome.REGRESSION)) == 1


def test_a_case_that_the_baseline_lacks_is_a_tool_failure(tmp_path: Path) -> None:
    verdict = against(tmp_path, run(), baseline=without(run()))
    found = check(verdict, "baseline case 10k/20 streaming")
    assert (verdict.exit_code, found.outcome) == (2, Outcome.TOOL_FAILURE)
    assert "is missing from the baseline, so nothing holds it" in found.sentence


@pytest.mark.parametrize("side", ["run", "baseline"])
def test_a_metric_of_one_side_only_is_a_tool_failure(tmp_path: Path, side: str) -> None:
    poorer = with_samples(run(), "wal_bytes", [])
    verdict = against(tmp_path, poorer) if side == "run" else against(tmp_path, run(), baseline=poorer)
    assert (verdict.exit_code, of(verdict, "wal_bytes").outcome) == (2, Outcome.TOOL_FAILURE)


def test_a_tolerance_without_a_baseline_is_a_tool_failure(tmp_path: Path) -> None:
    verdict = judged(tmp_path, WALL, run())
    assert (verdict.exit_code, check(verdict, "baseline").outcome) == (2, Outcome.TOOL_FAILURE)
    assert judged(tmp_path, "", run()).exit_code == 0


def other_scenario(results: Results) -> Results:
    return replace(results, scenario="rerun")


def other_seed(results: Results) -> Results:
    return replace(results, datasets=tuple(replace(one, fingerprint="other") for one in results.datasets))


def other_catalogue(results: Results) -> Results:
    datasets = (replace(one, catalogue_fingerprint="other", catalogue="prowler.whl") for one in results.datasets)
    return replace(results, datasets=tuple(datasets))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (other_scenario, "the baseline is of the scenario first, the run of rerun"),
        (other_seed, "does not hold the data that the baseline was measured on (seed, generator or catalogue differ)"),
        (other_catalogue, "(the catalogue differs: synthetic → prowler.whl)"),
    ],
)
def test_other_data_are_not_comparable(tmp_path: Path, change: Callable[[Results], Results], told: str) -> None:
    verdict = against(tmp_path, change(with_samples(run(), "peak_heap_bytes", [99e6])))
    assert (verdict.outcome, verdict.exit_code) == (Outcome.NOT_COMPARABLE, 3)
    assert any(told in one.sentence for one in verdict.having(Outcome.NOT_COMPARABLE))


def test_rows_without_a_digest_in_the_baseline_are_a_tool_failure(tmp_path: Path) -> None:
    verdict = against(tmp_path, run(), baseline=replace(run(), digests=()))
    assert check(verdict, "baseline rows 10k/20 streaming").outcome is Outcome.TOOL_FAILURE
