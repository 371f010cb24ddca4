"""Ceilings, laws and ratios fail where they are broken, pass where they hold, and say when they cannot tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.analysis.comparable import environment_fingerprint
from bench.analysis.pairs import FEWEST_PAIRS
from bench.analysis.verdict import Standing
from bench.declare.laws import Law
from bench.results.environment import NoiseFloor
from bench.results.records import DeclaredLaws, Results, StatementTexts
from tests.support.builders import with_table
from tests.support.gate_runs import CASE, SCAN, TIMES, check, judged, names, run, with_samples, without

HEAP = '[gate.ceilings.peak_heap_bytes]\n"10k/20" = {{ streaming = "{}" }}'
WALL = '[gate.ceilings.wall_seconds]\n"10k/20" = {{ streaming = "{} s" }}'
STATEMENTS = '[gate.ceilings.statements_django]\n"10k/20" = { streaming = 18 }'
HEAP_RATIO = '[gate.ratios.peak_heap_bytes]\n"10k/20" = {{ "streaming / materializing" = {} }}'
WALL_RATIO = '[gate.ratios.wall_seconds]\n"10k/20" = {{ "streaming / materializing" = {} }}'


def slower(factor: float) -> Results:
    return with_samples(run(), "wall_seconds", [factor * one for one in TIMES["materializing"]])


def test_a_ceiling_holds_and_breaks(tmp_path: Path) -> None:
    name = "ceiling peak_heap_bytes 10k/20 streaming"
    within = check(judged(tmp_path, HEAP.format("46 MB"), run()), name)
    assert (within.standing, within.scan, within.noisy) == (Standing.PASSED, SCAN, False)
    assert within.sentence == "Peak heap of streaming on 10k/20 is 44.1 MB, within its ceiling of 46.0 MB"
    verdict = judged(tmp_path, HEAP.format("42 MB"), run())
    over = check(verdict, name)
    assert (over.standing, verdict.exit_code) == (Standing.FAILED, 1)
    assert over.sentence == "Peak heap of streaming on 10k/20 is 44.1 MB, over its ceiling of 42.0 MB"


def test_a_ceiling_that_is_broken_by_a_byte_shows_both_figures_in_full(tmp_path: Path) -> None:
    peak = 46_500_001
    found = check(
        judged(tmp_path, HEAP.format("46.5 MB"), with_samples(run(), "peak_heap_bytes", [peak])),
        "ceiling peak_heap_bytes 10k/20 streaming",
    )
    assert found.standing is Standing.FAILED
    assert found.sentence.endswith("is 46,500,001 bytes, over its ceiling of 46,500,000 bytes")


def test_a_broken_ceiling_of_memory_names_the_largest_allocation_sites(tmp_path: Path) -> None:
    found = check(judged(tmp_path, HEAP.format("42 MB"), run()), "ceiling peak_heap_bytes 10k/20 streaming")
    assert found.evidence == (
        "streaming/task.py:10 in copy_batch_1: 61.0 MB at the peak",
        "streaming/task.py:20 in copy_batch_2: 12.5 MB at the peak",
        "streaming/task.py:30 in copy_batch_3: 900 kB at the peak",
    )


def test_one_statement_too_many_in_one_sample_breaks_an_exact_ceiling(tmp_path: Path) -> None:
    name = "ceiling statements_django 10k/20 streaming"
    assert check(judged(tmp_path, STATEMENTS, run()), name).standing is Standing.PASSED
    found = check(judged(tmp_path, STATEMENTS, with_samples(run(), "statements_django", [18, 18, 19])), name)
    assert found.standing is Standing.FAILED
    assert found.sentence == "Statements (Django) of streaming on 10k/20 is 19, over its ceiling of 18"


@pytest.mark.parametrize(
    ("limit", "standing", "words"),
    [
        (8.0, Standing.PASSED, "is 7.31 s, within its ceiling of 8.00 s"),
        (7.3, Standing.PASSED, "is 7.31 s, over its ceiling of 7.30 s, but within its noise (95 % interval"),
        (6.0, Standing.FAILED, "is 7.31 s, over its ceiling of 6.00 s (95 % interval"),
    ],
)
def test_a_noisy_ceiling_fails_only_with_its_whole_interval(
    tmp_path: Path, limit: float, standing: Standing, words: str
) -> None:
    found = check(judged(tmp_path, WALL.format(limit), run()), "ceiling wall_seconds 10k/20 streaming")
    assert (found.standing, found.noisy) == (standing, True)
    assert words in found.sentence


def test_a_noisy_ceiling_that_few_samples_exceed_is_inconclusive(tmp_path: Path) -> None:
    verdict = judged(tmp_path, WALL.format(6), with_samples(run(), "wall_seconds", [7.3, 7.2, 7.4]))
    assert (verdict.standing, verdict.exit_code) == (Standing.INCONCLUSIVE, 3)
    assert "n=3, and it takes 6 samples to tell" in check(verdict, "ceiling wall_seconds 10k/20 streaming").sentence


@pytest.mark.parametrize("rule", [HEAP.format("42 MB"), HEAP_RATIO.format(0.9)])
def test_a_rule_whose_metric_was_not_measured_is_a_tool_failure(tmp_path: Path, rule: str) -> None:
    verdict = judged(tmp_path, rule, with_samples(run(), "peak_heap_bytes", []))
    (found,) = verdict.having(Standing.ERROR)
    assert verdict.exit_code == 2
    assert found.sentence == ("Peak heap of streaming on 10k/20 was not measured; measure it, or take its rule away")


def test_a_rule_on_a_case_that_is_missing_is_told_once(tmp_path: Path) -> None:
    verdict = judged(tmp_path, HEAP.format("42 MB"), without(run()))
    assert {one.name for one in verdict.checks if one.standing is not Standing.PASSED} == {"case 10k/20 streaming"}


def test_laws_hold_and_break_with_the_statement_and_its_line(tmp_path: Path) -> None:
    name = "law statements_django 10k/20 streaming"
    kept = check(judged(tmp_path, "laws = true", run()), name)
    assert kept.standing is Standing.PASSED
    assert kept.sentence == "Statements (Django) of streaming on 10k/20: 18, as declared (constant 18)"
    results = with_samples(run(), "statements_django", [38])
    texts = []
    for one in results.statements:
        extra = ("SELECT 1 FROM regions WHERE id = 7",) * 20 if (one.scan, one.implementation) == CASE else ()
        texts.append(
            replace(
                one,
                django=(*one.django, *extra),
                django_sites=(*["optimized_impl/task.py:71"] * len(one.django), *["mine.py:12"] * len(extra)),
            )
        )
    verdict = judged(tmp_path, "laws = true", replace(results, statements=tuple(texts)))
    broken = check(verdict, name)
    assert (broken.standing, verdict.exit_code) == (Standing.FAILED, 1)
    assert broken.sentence == "Statements (Django) of streaming on 10k/20: 38, declared 18 (constant 18)"
    assert len(broken.evidence) == 1
    assert broken.evidence[0].startswith("mine.py:12: 20 times, +20 against 100/3: ")
    assert broken.evidence[0].endswith("SELECT ? FROM regions WHERE id = ?")


def test_laws_are_not_checked_where_the_policy_does_not_ask(tmp_path: Path) -> None:
    verdict = judged(tmp_path, "laws = false", with_samples(run(), "statements_django", [38]))
    assert not [one for one in names(verdict) if one.startswith("law")]


def test_a_law_whose_count_is_missing_is_a_tool_failure(tmp_path: Path) -> None:
    verdict = judged(tmp_path, "laws = true", with_samples(run(), "statements_django", []))
    assert check(verdict, "law statements_django 10k/20 streaming").standing is Standing.ERROR


def test_laws_that_nobody_declares_are_a_tool_failure(tmp_path: Path) -> None:
    """A rule that has nothing to check must not look as if it were kept."""
    verdict = judged(tmp_path, "laws = true", replace(run(), laws=()))
    for name in ("materializing", "streaming"):
        assert (verdict.exit_code, check(verdict, f"law {name}").standing) == (2, Standing.ERROR)
    verdict = judged(tmp_path, "laws = true", replace(run(), laws=run().laws[:1]))
    assert (verdict.exit_code, check(verdict, "law streaming").standing) == (2, Standing.ERROR)


def test_a_law_of_a_scan_without_rows_is_none(tmp_path: Path) -> None:
    results = run()
    bare = tuple(replace(one, rows=0) if one.scan == SCAN else one for one in results.datasets)
    digests = tuple(with_table(one, "rows", count=0) if one.scan == SCAN else one for one in results.digests)
    verdict = judged(tmp_path, "laws = true", replace(results, datasets=bare, digests=digests))
    assert "law statements_django 1k/8 streaming" in names(verdict)
    assert "law statements_django 10k/20 streaming" not in names(verdict)


def test_a_law_of_the_servers_statements_is_checked_as_well(tmp_path: Path) -> None:
    laws = (DeclaredLaws(implementation="streaming", laws=(Law("statements_server", 3),)),)
    verdict = judged(tmp_path, "laws = true", replace(run(), laws=laws))
    assert check(verdict, "law statements_server 10k/20 streaming").standing is Standing.FAILED


def test_a_ratio_holds_and_breaks(tmp_path: Path) -> None:
    name = "ratio peak_heap_bytes 10k/20 streaming/materializing"
    kept = check(judged(tmp_path, HEAP_RATIO.format(0.5), run()), name)
    assert kept.standing is Standing.PASSED
    assert kept.sentence == (
        "Peak heap of streaming on 10k/20 is 41.6 % of that of materializing, at most 50 % allowed "
        "(44.1 MB against 105.9 MB, n=1 and 1)"
    )
    verdict = judged(tmp_path, HEAP_RATIO.format(0.4), run())
    assert (check(verdict, name).standing, verdict.exit_code) == (Standing.FAILED, 1)


def test_a_ratio_of_exact_metrics_takes_the_worst_samples(tmp_path: Path) -> None:
    rule = '[gate.ratios.statements_django]\n"10k/20" = { "streaming / materializing" = 1.0 }'
    name = "ratio statements_django 10k/20 streaming/materializing"
    assert check(judged(tmp_path, rule, run()), name).standing is Standing.PASSED
    broken = judged(tmp_path, rule, with_samples(run(), "statements_django", [18, 18, 20]))
    assert check(broken, name).standing is Standing.FAILED


def test_a_ratio_of_next_to_nothing_is_inconclusive(tmp_path: Path) -> None:
    results = with_samples(run(), "peak_heap_bytes", [900_000], (SCAN, "materializing"))
    verdict = judged(tmp_path, HEAP_RATIO.format(0.5), results)
    assert (verdict.standing, verdict.exit_code) == (Standing.INCONCLUSIVE, 3)


@pytest.mark.parametrize(
    ("factor", "standing"), [(0.9, Standing.PASSED), (1.005, Standing.PASSED), (1.3, Standing.FAILED)]
)
def test_a_ratio_of_times_fails_only_with_its_whole_interval(tmp_path: Path, factor: float, standing: Standing) -> None:
    jitter = (1.02, 0.98, 1.03, 0.97, 1.01, 0.99, 1.02, 0.98)
    times = [factor * one * other for one, other in zip(TIMES["materializing"], jitter, strict=True)]
    verdict = judged(tmp_path, WALL_RATIO.format(1.0), with_samples(run(), "wall_seconds", times))
    found = check(verdict, "ratio wall_seconds 10k/20 streaming/materializing")
    assert (found.standing, found.noisy) == (standing, True)
    assert "95 % interval" in found.sentence


def test_an_excess_that_the_machines_noise_explains_is_no_regression(tmp_path: Path) -> None:
    results = slower(1.1)
    assert judged(tmp_path, WALL_RATIO.format(1.0), results).standing is Standing.FAILED
    floor = NoiseFloor(
        created="2026-01-01T00:00:00+00:00",
        environment_fingerprint=environment_fingerprint(results.environment),
        scan="1k/8",
        implementation="streaming",
        pairs=10,
        deviations={"wall_seconds": 0.3},
    )
    assert judged(tmp_path, WALL_RATIO.format(1.0), replace(results, noise_floor=floor)).standing is Standing.PASSED
    quiet = replace(floor, deviations={"wall_seconds": 1e-6})
    scattered = [one * factor for one, factor in zip(TIMES["materializing"], (1.2, 0.9) * 4, strict=True)]
    unsure = replace(with_samples(run(), "wall_seconds", scattered), noise_floor=quiet)
    assert judged(tmp_path, WALL_RATIO.format(1.0), unsure).standing is Standing.PASSED
    other = replace(floor, environment_fingerprint="of another machine")
    assert judged(tmp_path, WALL_RATIO.format(1.0), replace(results, noise_floor=other)).standing is Standing.FAILED


def test_a_ratio_of_times_with_few_pairs_is_inconclusive_only_where_it_is_over(tmp_path: Path) -> None:
    few = FEWEST_PAIRS - 1
    results = with_samples(run(), "wall_seconds", TIMES["streaming"][:few])
    results = with_samples(results, "wall_seconds", TIMES["materializing"][:few], (SCAN, "materializing"))
    assert judged(tmp_path, WALL_RATIO.format(1.0), results).standing is Standing.PASSED
    verdict = judged(tmp_path, WALL_RATIO.format(0.5), results)
    assert (verdict.standing, verdict.exit_code) == (Standing.INCONCLUSIVE, 3)
    assert "no interval below 6 pairs" in check(verdict, "ratio wall_seconds 10k/20 streaming/materializing").sentence


def test_statement_evidence_needs_texts_of_both_runs(tmp_path: Path) -> None:
    """Without any there is the check all the same."""
    results = with_samples(run(), "statements_django", [19])
    texts: tuple[StatementTexts, ...] = ()
    found = check(
        judged(tmp_path, STATEMENTS, replace(results, statements=texts)), "ceiling statements_django 10k/20 streaming"
    )
    assert (found.standing, found.evidence) == (Standing.FAILED, ())
