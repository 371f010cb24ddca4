"""Ratios of times whose pairs decided their own number: judged by what is decided, and together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.analysis.run_verdict import judge
from bench.analysis.verdict import Check, Standing
from bench.gate.judge import gate
from bench.results.records import Results
from bench.results.stops import Stop, StopReason
from tests.support.gate_runs import SCAN, check, policy, run, with_samples

RULE = '[gate.ratios.wall_seconds]\n"{}" = {{ "streaming / materializing" = {} }}\n'
NAME = "ratio wall_seconds {} streaming/materializing"
SCANS = ("100/3", "1k/8", "10k/20")


def sequential(ratio: float, pairs: int, scans: Iterable[str] = (SCAN,), spread: float = 0.02) -> Results:
    """A run whose pairs stopped by themselves after ``pairs``, streaming taking ``ratio`` times as long."""
    rng = np.random.default_rng(70)
    results = run()
    for scan in scans:
        base = np.exp(rng.normal(0, 0.2, pairs))
        other = ratio * base * np.exp(rng.normal(0, spread, pairs))
        for name, samples in (("materializing", base), ("streaming", other)):
            results = with_samples(results, "wall_seconds", tuple(samples), (scan, name))
    chosen = (replace(one, sequential=one.metric == "wall_seconds") for one in results.measurements)
    return replace(results, measurements=tuple(chosen))


def found(tmp_path: Path, rules: str, results: Results, scan: str = SCAN) -> Check:
    """The check of the ratio on ``scan``."""
    return check(gate(policy(tmp_path, rules), results, None), NAME.format(scan))


@pytest.mark.parametrize(
    ("ratio", "standing", "words"),
    [
        (1.3, Standing.FAILED, "95 % interval"),
        (0.9, Standing.PASSED, "95 % interval"),
        (1.1, Standing.PASSED, "which does not decide"),
    ],
)
def test_a_ratio_fails_where_its_pairs_decide_that_it_is_over(
    tmp_path: Path, ratio: float, standing: Standing, words: str
) -> None:
    one = found(tmp_path, RULE.format(SCAN, 1.1), sequential(ratio, 12))
    assert (one.standing, one.noisy) == (standing, True)
    assert words in one.sentence


def test_several_ratios_take_more_evidence_than_one(tmp_path: Path) -> None:
    """Seven pairs that all fall to one side decide one question, and not one of three."""
    alone = found(tmp_path, RULE.format(SCAN, 1.0), sequential(1.5, 7))
    assert alone.standing is Standing.FAILED
    rules = RULE.format(SCAN, 1.0) + "".join(
        f'"{scan}" = {{ "streaming / materializing" = 1.0 }}\n' for scan in SCANS[:2]
    )
    results = sequential(1.5, 7, SCANS)
    assert {found(tmp_path, rules, results, scan).standing for scan in SCANS} == {Standing.PASSED}
    assert {found(tmp_path, rules, sequential(1.5, 12, SCANS), scan).standing for scan in SCANS} == {Standing.FAILED}


def test_too_few_pairs_for_an_interval_are_inconclusive_only_where_they_are_over(tmp_path: Path) -> None:
    assert found(tmp_path, RULE.format(SCAN, 1.0), sequential(0.9, 6)).standing is Standing.PASSED
    over = found(tmp_path, RULE.format(SCAN, 1.0), sequential(1.5, 6))
    assert over.standing is Standing.INCONCLUSIVE
    assert "no interval below 7 pairs" in over.sentence


def test_cases_of_different_numbers_of_samples_are_complete_if_the_run_chose_them() -> None:
    """And are not where a stop says that there were more."""
    results = with_samples(sequential(1.5, 9), "wall_seconds", (1.0,) * 20, (SCAN, "materializing"))
    fixed = replace(results, measurements=tuple(replace(one, sequential=False) for one in results.measurements))
    stop = Stop(
        scan=SCAN, base="materializing", other="streaming", metric="wall_seconds", pairs=9, reason=StopReason.ABOVE
    )
    name = f"samples wall_seconds {SCAN} streaming"
    assert name not in {one.name for one in judge(replace(results, stops=(stop,))).checks}
    assert name in {one.name for one in judge(replace(results, stops=(replace(stop, pairs=10),))).checks}
    assert name in {one.name for one in judge(fixed).checks}


def test_a_case_without_a_sample_of_time_is_missed_although_the_run_chose_their_number() -> None:
    results = with_samples(sequential(1.5, 9), "wall_seconds", ())
    assert f"samples wall_seconds {SCAN} streaming" in {one.name for one in judge(results).checks}
