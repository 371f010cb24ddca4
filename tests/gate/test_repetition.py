"""A noisy check fails only if a second batch fails as well; everything else stands as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.gate.judge import gate
from bench.gate.repetition import (
    confirm,
    narrowed,
    narrowed_results,
    needs_repetition,
    suspects,
    unconfirmed,
)
from bench.gate.verdict import Check, GateVerdict, Outcome
from tests.support.gate_runs import SCAN, TIMES, check, judged, policy, run, with_samples

NOISY = "ratio wall_seconds 10k/20 streaming/materializing"
RULES = (
    '[gate.ratios.wall_seconds]\n"10k/20" = { "streaming / materializing" = 1.0 }\n'
    '[gate.ceilings.peak_heap_bytes]\n"10k/20" = { streaming = "46 MB" }\n'
    '"1k/8" = { streaming = "46 MB" }\n'
)


def batch(outcome: Outcome, sentence: str = "first") -> GateVerdict:
    return GateVerdict.of(
        [
            Check(name="rows", outcome=Outcome.PASS, sentence="right"),
            Check(name=NOISY, outcome=outcome, sentence=sentence, evidence=("why",), scan=SCAN, noisy=True),
        ]
    )


def test_only_a_noisy_regression_asks_for_repetition(tmp_path: Path) -> None:
    assert not needs_repetition(judged(tmp_path, RULES, run()))
    heavy = judged(tmp_path, RULES, with_samples(run(), "peak_heap_bytes", [99e6]))
    assert heavy.outcome is Outcome.REGRESSION
    assert not needs_repetition(heavy)
    slow = judged(tmp_path, RULES, with_samples(run(), "wall_seconds", [1.5 * one for one in TIMES["materializing"]]))
    assert needs_repetition(slow)
    assert suspects(slow) == (SCAN,)


@pytest.mark.parametrize(
    ("second", "outcome"),
    [
        (Outcome.REGRESSION, Outcome.REGRESSION),
        (Outcome.PASS, Outcome.PASS),
        (Outcome.IMPROVEMENT, Outcome.PASS),
        (Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE),
        (Outcome.TOOL_FAILURE, Outcome.INCONCLUSIVE),
    ],
)
def test_the_second_batch_decides_about_the_first(second: Outcome, outcome: Outcome) -> None:
    found = confirm(batch(Outcome.REGRESSION), batch(second, "second"))
    assert found.outcome is outcome
    told = "again" if outcome is Outcome.REGRESSION else "not so"
    assert check(found, NOISY).sentence == f"first; {told} in a second batch: second"


def test_a_check_that_is_missing_from_the_second_batch_is_inconclusive() -> None:
    assert confirm(batch(Outcome.REGRESSION), GateVerdict.of([])).outcome is Outcome.INCONCLUSIVE


def test_without_a_second_batch_time_is_inconclusive_and_memory_a_regression(tmp_path: Path) -> None:
    slow = with_samples(run(), "wall_seconds", [1.5 * one for one in TIMES["materializing"]])
    verdict = unconfirmed(judged(tmp_path, RULES, slow))
    assert (verdict.outcome, verdict.exit_code) == (Outcome.INCONCLUSIVE, 3)
    assert check(verdict, NOISY).sentence.endswith("not repeated; it counts once a second batch shows it, too")
    heavy = unconfirmed(judged(tmp_path, RULES, with_samples(slow, "peak_heap_bytes", [99e6])))
    assert heavy.exit_code == 1


def test_a_second_batch_that_passes_for_time_does_not_excuse_the_rest() -> None:
    broken = Check(name="ceiling", outcome=Outcome.REGRESSION, sentence="too much")
    first = GateVerdict.of([*batch(Outcome.REGRESSION).checks, broken])
    assert confirm(first, batch(Outcome.PASS)).outcome is Outcome.REGRESSION


def test_what_breaks_in_the_second_batch_counts_and_what_it_did_not_measure_does_not() -> None:
    crash = Check(name="failure", outcome=Outcome.REGRESSION, sentence="killed")
    absent = Check(name="law", outcome=Outcome.TOOL_FAILURE, sentence="was not measured")
    again = GateVerdict.of([*batch(Outcome.PASS).checks, crash, absent])
    found = confirm(batch(Outcome.REGRESSION), again)
    assert {one.name for one in found.checks if one.outcome is not Outcome.PASS} == {"failure"}
    assert found.exit_code == 1


def test_a_second_batch_of_one_scan_is_judged_by_what_concerns_it(tmp_path: Path) -> None:
    whole = policy(tmp_path, RULES + '[gate.tolerance]\nwall_seconds = "5 %"')
    baseline = run()
    slow = with_samples(run(), "wall_seconds", [1.5 * one for one in TIMES["materializing"]])
    part = narrowed(whole, (SCAN,))
    assert part.scans == (SCAN,)
    assert {rule.scan for rule in part.rules} == {SCAN, None}
    second = gate(part, narrowed_results(slow, (SCAN,)), narrowed_results(baseline, (SCAN,)))
    assert second.outcome is Outcome.REGRESSION
    assert {one.scan for one in second.checks} == {SCAN}
    assert {one.name for one in second.having(Outcome.REGRESSION)} == {NOISY, "baseline wall_seconds 10k/20 streaming"}
