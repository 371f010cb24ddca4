"""Against a baseline the kind of a metric decides, and neither a missing case nor another machine reads as a pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.analysis.comparable import environment_fingerprint
from bench.analysis.verdict import Check, Standing, Verdict
from bench.gate.judge import gate
from bench.results.environment import NoiseFloor
from bench.results.heap import Allocation
from bench.results.records import Results
from tests.support.builders import digest
from tests.support.gate_runs import CASE, SCAN, TIMES, check, judged, names, policy, run, with_samples, without
from tests.support.variants import failed

PEAK = 30e6 + 130 * 108_420
WALL = '[gate.tolerance]\nwall_seconds = "5 %"'


def against(tmp_path: Path, results: Results, rules: str = "", baseline: Results | None = None) -> Verdict:
    return judged(tmp_path, rules, results, baseline or run())


def of(verdict: Verdict, metric: str) -> Check:
    return check(verdict, f"baseline {metric} 10k/20 streaming")


def elsewhere(results: Results) -> Results:
    return replace(results, environment=replace(results.environment, cores=64, cpu="Another CPU"))


def test_the_same_run_passes(tmp_path: Path) -> None:
    verdict = against(tmp_path, run(), WALL)
    assert (verdict.standing, verdict.exit_code) == (Standing.PASSED, 0)
    assert of(verdict, "peak_heap_bytes").sentence == (
        "Peak heap of streaming on 10k/20: 44.1 MB → 44.1 MB, tolerance 1 %"
    )
    for metric in ("statements_django", "wal_bytes", "rows_written", "wall_seconds", "temp_bytes"):
        assert of(verdict, metric).standing is Standing.PASSED
    assert "baseline cpu_seconds 10k/20 streaming" not in names(verdict)


@pytest.mark.parametrize("count", [17, 19])
def test_an_exact_metric_fails_in_both_directions(tmp_path: Path, count: int) -> None:
    verdict = against(tmp_path, with_samples(run(), "statements_django", [count]))
    found = of(verdict, "statements_django")
    assert (found.standing, verdict.exit_code) == (Standing.FAILED, 1)
    assert f"18 → {count}" in found.sentence
    assert "exact, so any difference fails; if it is intended, `bench baseline accept RESULTS`" in found.sentence


def test_an_exact_metric_fails_if_a_single_sample_differs(tmp_path: Path) -> None:
    assert of(
        against(tmp_path, with_samples(run(), "statements_django", [18, 19, 18])), "statements_django"
    ).standing is (Standing.FAILED)


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
    ("factor", "standing"),
    [
        (1.0099, Standing.PASSED),
        (1.0101, Standing.FAILED),
        (0.9901, Standing.PASSED),
        (0.9899, Standing.IMPROVED),
    ],
)
def test_a_near_exact_metric_fails_beyond_its_tolerance_and_improves_below_it(
    tmp_path: Path, factor: float, standing: Standing
) -> None:
    verdict = against(tmp_path, with_samples(run(), "peak_heap_bytes", [PEAK * factor]))
    assert of(verdict, "peak_heap_bytes").standing is standing
    assert verdict.standing is standing


def test_an_improvement_asks_for_a_new_baseline_and_passes(tmp_path: Path) -> None:
    verdict = against(tmp_path, with_samples(run(), "peak_heap_bytes", [20e6]))
    assert (verdict.standing, verdict.exit_code) == (Standing.IMPROVED, 0)
    assert of(verdict, "peak_heap_bytes").sentence == (
        "Peak heap of streaming on 10k/20: 44.1 MB → 20.0 MB (−54.6 %), tolerance 1 %; "
        "keep it with `bench baseline accept RESULTS`"
    )


def test_a_tolerance_of_the_policy_counts(tmp_path: Path) -> None:
    results = with_samples(run(), "wal_bytes", [763 * 108_420 * 1.008])
    assert of(against(tmp_path, results), "wal_bytes").standing is Standing.PASSED
    rules = '[gate.tolerance]\nwal_bytes = "0.5 %"'
    assert of(against(tmp_path, results, rules), "wal_bytes").standing is Standing.FAILED


@pytest.mark.parametrize(("step", "standing"), [(2**21, Standing.PASSED), (2**21 + 1, Standing.FAILED)])
def test_an_untraced_peak_may_move_by_two_arenas(tmp_path: Path, step: int, standing: Standing) -> None:
    results = with_samples(run(), "peak_heap_untraced_bytes", [35.7e6 + step])
    assert of(against(tmp_path, results), "peak_heap_untraced_bytes").standing is standing


@pytest.mark.parametrize(("size", "standing"), [(900_000, Standing.PASSED), (5_000_000, Standing.FAILED)])
def test_next_to_nothing_says_nothing_and_more_does(tmp_path: Path, size: int, standing: Standing) -> None:
    assert of(against(tmp_path, with_samples(run(), "temp_bytes", [size])), "temp_bytes").standing is standing


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
    ("factor", "standing"),
    [(1.02, Standing.PASSED), (1.3, Standing.FAILED), (0.98, Standing.PASSED), (0.7, Standing.IMPROVED)],
)
def test_time_fails_by_interval_and_floor(tmp_path: Path, factor: float, standing: Standing) -> None:
    found = of(against(tmp_path, slower(factor), WALL), "wall_seconds")
    assert (found.standing, found.noisy) == (standing, True)


def test_time_below_what_chance_shows_on_this_machine_passes(tmp_path: Path) -> None:
    results = slower(1.12)
    assert of(against(tmp_path, results, WALL), "wall_seconds").standing is Standing.FAILED
    floor = NoiseFloor(
        created="2026-01-01T00:00:00+00:00",
        environment_fingerprint=environment_fingerprint(results.environment),
        scan="1k/8",
        implementation="streaming",
        pairs=10,
        deviations={"wall_seconds": 0.3},
    )
    assert of(against(tmp_path, replace(results, noise_floor=floor), WALL), "wall_seconds").standing is Standing.PASSED


def test_time_with_too_few_samples_is_inconclusive(tmp_path: Path) -> None:
    verdict = against(tmp_path, with_samples(run(), "wall_seconds", TIMES["streaming"][:3]), WALL)
    assert (verdict.standing, verdict.exit_code) == (Standing.INCONCLUSIVE, 3)


def test_time_of_another_machine_is_not_comparable_and_never_a_regression(tmp_path: Path) -> None:
    verdict = against(tmp_path, elsewhere(slower(3)), WALL)
    found = check(verdict, "baseline wall_seconds")
    assert (verdict.standing, verdict.exit_code) == (Standing.NOT_COMPARABLE, 3)
    assert found.evidence == (
        "another environment than the baseline's: processor: Some CPU → Another CPU; cores: 2 → 64",
    )


def test_memory_of_another_machine_is_judged_and_the_difference_told(tmp_path: Path) -> None:
    assert against(tmp_path, elsewhere(run())).standing is Standing.PASSED
    verdict = against(tmp_path, elsewhere(with_samples(run(), "peak_heap_bytes", [80e6])))
    assert verdict.standing is Standing.FAILED
    assert "cores: 2 → 64" in of(verdict, "peak_heap_bytes").evidence[-1]


def test_rows_that_are_not_the_baselines_are_a_regression_and_suppress_its_costs(tmp_path: Path) -> None:
    """Both implementations changed by the same factor, so their ratio shows nothing."""
    results = with_samples(run(), "peak_heap_bytes", [10e6])
    changed = tuple(
        digest(one.scan, one.implementation, one.row_count, "bad0" * 16) if one.scan == SCAN else one
        for one in results.digests
    )
    verdict = against(tmp_path, replace(results, digests=changed))
    found = check(verdict, "baseline rows 10k/20 streaming")
    assert (verdict.exit_code, found.standing) == (1, Standing.FAILED)
    assert found.sentence.endswith("are not those of the baseline: 108,420 rows in both, with different content")
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
    assert {one.name for one in verdict.having(Standing.FAILED)} == {
        "case 10k/20 materializing",
        "case 10k/20 streaming",
    }
    assert "is in the baseline and was not measured" in check(verdict, "case 10k/20 streaming").sentence


def test_a_case_that_the_policy_asks_for_or_that_failed_is_told_once(tmp_path: Path) -> None:
    for results in (without(run()), failed()):
        assert len(against(tmp_path, results).having(Standing.FAILED)) == 1


def test_a_case_that_the_baseline_lacks_is_a_tool_failure(tmp_path: Path) -> None:
    verdict = against(tmp_path, run(), baseline=without(run()))
    found = check(verdict, "baseline case 10k/20 streaming")
    assert (verdict.exit_code, found.standing) == (2, Standing.ERROR)
    assert "is missing from the baseline, so there is nothing to compare it with" in found.sentence


@pytest.mark.parametrize("side", ["run", "baseline"])
def test_a_metric_of_one_side_only_is_a_tool_failure(tmp_path: Path, side: str) -> None:
    poorer = with_samples(run(), "wal_bytes", [])
    verdict = against(tmp_path, poorer) if side == "run" else against(tmp_path, run(), baseline=poorer)
    assert (verdict.exit_code, of(verdict, "wal_bytes").standing) == (2, Standing.ERROR)


def test_a_tolerance_without_a_baseline_is_a_tool_failure(tmp_path: Path) -> None:
    verdict = judged(tmp_path, WALL, run())
    assert (verdict.exit_code, check(verdict, "baseline").standing) == (2, Standing.ERROR)
    assert judged(tmp_path, "", run()).exit_code == 0


def other_scenario(results: Results) -> Results:
    return replace(results, scenario="rerun")


def other_seed(results: Results) -> Results:
    return replace(results, datasets=tuple(replace(one, fingerprint="other") for one in results.datasets))


def other_facts(results: Results, fingerprint: str, **facts: str) -> Results:
    datasets = (replace(one, fingerprint=fingerprint, facts={**one.facts, **facts}) for one in results.datasets)
    return replace(results, datasets=tuple(datasets))


def other_catalogue(results: Results) -> Results:
    return other_facts(
        results, results.datasets[0].fingerprint, catalogue="prowler.whl", **{"catalogue fingerprint": "x"}
    )


def other_provider(results: Results) -> Results:
    return other_facts(results, "other", provider="azure")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (other_scenario, "the baseline is of the scenario first, the run of rerun"),
        (other_seed, "does not hold the data that the baseline was measured on (seed or generator differ)"),
        (other_catalogue, "(the catalogue differs: synthetic → prowler.whl)"),
    ],
)
def test_other_data_are_not_comparable(tmp_path: Path, change: Callable[[Results], Results], sentence: str) -> None:
    verdict = against(tmp_path, change(with_samples(run(), "peak_heap_bytes", [99e6])))
    assert (verdict.standing, verdict.exit_code) == (Standing.NOT_COMPARABLE, 3)
    assert any(sentence in one.sentence for one in verdict.having(Standing.NOT_COMPARABLE))


def test_a_baseline_of_another_provider_is_not_comparable_even_with_the_same_size(tmp_path: Path) -> None:
    verdict = against(tmp_path, run(), baseline=other_provider(run()))
    assert (verdict.standing, verdict.exit_code) == (Standing.NOT_COMPARABLE, 3)
    sentences = [one.sentence for one in verdict.having(Standing.NOT_COMPARABLE)]
    assert any("(the provider differs: azure → aws)" in one for one in sentences)


def test_results_of_another_provider_than_the_policys_do_not_pass(tmp_path: Path) -> None:
    verdict = judged(tmp_path, "", other_provider(run()))
    assert (verdict.standing, verdict.exit_code) == (Standing.ERROR, 2)
    assert check(verdict, "provider 10k/20").sentence == (
        "10k/20 has provider azure, and the policy is for aws; measure aws, or set provider in "
        f"{tmp_path / 'policy.toml'}: tool.bench.gate"
    )
    assert judged(tmp_path, 'provider = "azure"', other_provider(run())).exit_code == 0


def test_rows_without_a_digest_in_the_baseline_are_a_tool_failure(tmp_path: Path) -> None:
    verdict = against(tmp_path, run(), baseline=replace(run(), digests=()))
    assert check(verdict, "baseline rows 10k/20 streaming").standing is Standing.ERROR
