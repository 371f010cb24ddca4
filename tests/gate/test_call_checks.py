"""One sample of the calls tells more work from the same, names the function, and never fails what repeats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from bench.analysis.verdict import Check, Standing, Verdict
from bench.declare.laws import Law, Step
from bench.gate.baseline import baseline_of
from bench.gate.policy_file import read_policy
from bench.results.metrics import METRICS
from bench.results.records import DeclaredLaws, Results
from tests.support.builders import measurement
from tests.support.call_runs import STATUS, counted_run, with_more_calls
from tests.support.gate_runs import check, judged, names, with_samples

ROWS = 108_420
METRIC: Literal["function_calls"] = "function_calls"


def against(tmp_path: Path, results: Results, rules: str = "") -> Verdict:
    return judged(tmp_path, rules, results, counted_run())


def of(verdict: Verdict) -> Check:
    return check(verdict, f"baseline {METRIC} 10k/20 streaming")


def test_one_more_call_per_row_fails_by_one_sample_and_names_its_function_alone(tmp_path: Path) -> None:
    verdict = against(tmp_path, with_more_calls(counted_run(), ROWS, "mine:once_more"))
    assert verdict.exit_code == 1
    assert of(verdict).standing is Standing.FAILED
    assert of(verdict).evidence == ("extra.py:7 mine:once_more: 0 → 108,420 calls (+108,420)",)


def test_more_calls_of_a_known_function_give_both_counts(tmp_path: Path) -> None:
    found = of(against(tmp_path, with_more_calls(counted_run(), 5_000)))
    assert found.standing is Standing.FAILED
    assert found.sentence.startswith("Function calls of streaming on 10k/20: 1,082,358 → 1,087,358 (+0.5 %), tolerance")
    assert found.evidence == (f"optimized_impl/task.py:105 {STATUS}: 108,420 → 113,420 calls (+5,000)",)


@pytest.mark.parametrize(
    ("more", "standing"),
    [
        (0, Standing.PASSED),
        (1_000, Standing.PASSED),
        (-1_000, Standing.PASSED),
        (1_200, Standing.FAILED),
        (-1_200, Standing.IMPROVED),
    ],
)
def test_a_tenth_of_a_per_cent_is_what_the_same_code_may_differ_by(
    tmp_path: Path, more: int, standing: Standing
) -> None:
    assert of(against(tmp_path, with_more_calls(counted_run(), more))).standing is standing


def test_a_tolerance_of_the_kind_does_not_loosen_that_of_calls(tmp_path: Path) -> None:
    rules = '[gate.tolerance]\nnear-exact = "2 %"'
    assert of(against(tmp_path, with_more_calls(counted_run(), 2_000), rules)).standing is Standing.FAILED
    rules = f'[gate.tolerance]\n{METRIC} = "2 %"'
    assert of(against(tmp_path, with_more_calls(counted_run(), 2_000), rules)).standing is Standing.PASSED


def test_a_ceiling_without_a_baseline_names_the_functions_called_most(tmp_path: Path) -> None:
    rules = f'[gate.ceilings.{METRIC}."10k/20"]\nstreaming = 1_000_000'
    found = check(judged(tmp_path, rules, counted_run(), None), f"ceiling {METRIC} 10k/20 streaming")
    assert found.standing is Standing.FAILED
    assert found.evidence[0] == "list.append: 422,838 calls"


def test_growth_of_calls_has_a_bound_per_row(tmp_path: Path) -> None:
    rules = f"[gate.growth.{METRIC}]\nstreaming = 9\nmaterializing = 14"
    verdict = judged(tmp_path, rules, counted_run(), None)
    assert check(verdict, f"growth {METRIC} materializing").standing is not Standing.FAILED
    found = check(verdict, f"growth {METRIC} streaming")
    assert found.standing is Standing.FAILED
    assert "grows by 9.9000 calls per row" in found.sentence
    assert found.evidence[0].startswith("list.append: ")


@pytest.mark.parametrize(("base", "standing"), [(9_000, Standing.PASSED), (40_000, Standing.FAILED)])
def test_a_law_of_calls_has_a_tolerance(tmp_path: Path, base: int, standing: Standing) -> None:
    law = Law(METRIC, base, (Step(99, 10, "rows"),), tolerance=0.02)
    declared = tuple(
        replace(one, laws=(*one.laws, law)) if one.implementation == "streaming" else one for one in counted_run().laws
    )
    verdict = judged(tmp_path, "laws = true", replace(counted_run(), laws=declared), None)
    found = check(verdict, f"law {METRIC} 10k/20 streaming")
    assert found.standing is standing
    assert f"({base:,} + 99 per 10 rows ± 2 %)" in found.sentence


def test_calls_that_were_not_counted_are_missed(tmp_path: Path) -> None:
    results = with_samples(counted_run(), METRIC, [])
    assert of(against(tmp_path, results)).standing is Standing.ERROR


def test_instructions_are_compared_only_where_a_policy_says_by_how_much_they_may_differ(tmp_path: Path) -> None:
    def run(instructions: float) -> Results:
        results = counted_run()
        more = measurement("10k/20", "streaming", "instructions", instructions)
        return replace(results, measurements=(*results.measurements, more))

    name = "baseline instructions 10k/20 streaming"
    assert name not in names(judged(tmp_path, "", run(2e9), run(1e9)))
    rules = '[gate.tolerance]\ninstructions = "5 %"'
    assert check(judged(tmp_path, rules, run(2e9), run(1e9)), name).standing is Standing.FAILED
    # Another machine has no counters.
    assert name not in names(judged(tmp_path, "", counted_run(), run(1e9)))


def test_a_baseline_keeps_the_calls_by_function() -> None:
    assert baseline_of(counted_run()).calls == counted_run().calls


def test_the_built_in_policy_leaves_calls_their_own_tolerance() -> None:
    from bench.compliance.job import JOB

    policy = read_policy(Path("pyproject.toml"), JOB)
    assert policy.tolerance(METRICS[METRIC]) == 0.001
    assert policy.tolerance(METRICS["peak_heap_bytes"]) == pytest.approx(0.02)
    assert policy.tolerance(METRICS["instructions"]) is None


def test_calls_of_laws_are_declared_for_implementations() -> None:
    declared = DeclaredLaws(implementation="mine", laws=(Law(METRIC, 7),))
    assert str(declared.laws[0]) == "constant 7 ± 1 %"
