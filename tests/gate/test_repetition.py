"""A noisy check fails only if a second batch fails as well; everything else stands as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.analysis.verdict import Check, Standing, Verdict
from bench.gate.judge import (
    confirm,
    gate,
    narrowed,
    narrowed_results,
    needs_repetition,
    suspects,
    unconfirmed,
)
from tests.support.gate_runs import SCAN, TIMES, check, judged, policy, run, with_samples

NOISY = "ratio wall_seconds 10k/20 streaming/materializing"
RULES = (
    '[gate.ratios.wall_seconds]\n"10k/20" = { "streaming / materializing" = 1.0 }\n'
    '[gate.ceilings.peak_heap_bytes]\n"10k/20" = { streaming = "46 MB" }\n'
    '"1k/8" = { streaming = "46 MB" }\n'
)


def batch(standing: Standing, sentence: str = "first") -> Verdict:
    return Verdict.of(
        [
            Check(name="rows", standing=Standing.PASSED, sentence="right"),
            Check(name=NOISY, standing=standing, sentence=sentence, evidence=("why",), scan=SCAN, noisy=True),
        ]
    )


def test_only_a_noisy_regression_asks_for_repetition(tmp_path: Path) -> None:
    assert not needs_repetition(judged(tmp_path, RULES, run()))
    heavy = judged(tmp_path, RULES, with_samples(run(), "peak_heap_bytes", [99e6]))
    assert heavy.standing is Standing.FAILED
    assert not needs_repetition(heavy)
    slow = judged(tmp_path, RULES, with_samples(run(), "wall_seconds", [1.5 * one for one in TIMES["materializing"]]))
    assert needs_repetition(slow)
    assert suspects(slow) == (SCAN,)


@pytest.mark.parametrize(
    ("second", "standing"),
    [
        (Standing.FAILED, Standing.FAILED),
        (Standing.PASSED, Standing.PASSED),
        (Standing.IMPROVED, Standing.PASSED),
        (Standing.INCONCLUSIVE, Standing.INCONCLUSIVE),
        (Standing.ERROR, Standing.INCONCLUSIVE),
    ],
)
def test_the_second_batch_decides_about_the_first(second: Standing, standing: Standing) -> None:
    found = confirm(batch(Standing.FAILED), batch(second, "second"))
    assert found.standing is standing
    words = "again" if standing is Standing.FAILED else "not so"
    assert check(found, NOISY).sentence == f"first; {words} in a second batch: second"


def test_a_check_that_is_missing_from_the_second_batch_is_inconclusive() -> None:
    assert confirm(batch(Standing.FAILED), Verdict.of([])).standing is Standing.INCONCLUSIVE


def test_without_a_second_batch_time_is_inconclusive_and_memory_a_regression(tmp_path: Path) -> None:
    slow = with_samples(run(), "wall_seconds", [1.5 * one for one in TIMES["materializing"]])
    verdict = unconfirmed(judged(tmp_path, RULES, slow))
    assert (verdict.standing, verdict.exit_code) == (Standing.INCONCLUSIVE, 3)
    assert check(verdict, NOISY).sentence.endswith("not repeated; it counts only if a second batch repeats it")
    heavy = unconfirmed(judged(tmp_path, RULES, with_samples(slow, "peak_heap_bytes", [99e6])))
    assert heavy.exit_code == 1


def test_a_second_batch_that_passes_for_time_does_not_excuse_the_rest() -> None:
    broken = Check(name="ceiling", standing=Standing.FAILED, sentence="too much")
    first = Verdict.of([*batch(Standing.FAILED).checks, broken])
    assert confirm(first, batch(Standing.PASSED)).standing is Standing.FAILED


def test_what_breaks_in_the_second_batch_counts_and_what_it_did_not_measure_does_not() -> None:
    crash = Check(name="failure", standing=Standing.FAILED, sentence="killed")
    absent = Check(name="law", standing=Standing.ERROR, sentence="was not measured")
    again = Verdict.of([*batch(Standing.PASSED).checks, crash, absent])
    found = confirm(batch(Standing.FAILED), again)
    assert {one.name for one in found.checks if one.standing is not Standing.PASSED} == {"failure"}
    assert found.exit_code == 1


def test_a_second_batch_of_one_scan_is_judged_by_what_concerns_it(tmp_path: Path) -> None:
    whole = policy(tmp_path, RULES + '[gate.tolerance]\nwall_seconds = "5 %"')
    baseline = run()
    slow = with_samples(run(), "wall_seconds", [1.5 * one for one in TIMES["materializing"]])
    part = narrowed(whole, (SCAN,))
    assert part.scans == (SCAN,)
    assert {rule.scan for rule in part.rules} == {SCAN, None}
    second = gate(part, narrowed_results(slow, (SCAN,)), narrowed_results(baseline, (SCAN,)))
    assert second.standing is Standing.FAILED
    assert {one.scan for one in second.checks} == {SCAN}
    assert {one.name for one in second.having(Standing.FAILED)} == {NOISY, "baseline wall_seconds 10k/20 streaming"}
