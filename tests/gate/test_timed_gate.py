"""A gate that judges time takes as many pairs as its question needs, from the plan to the verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.analysis.verdict import Check, Standing
from bench.cli.pairs import EnoughOptions
from bench.gate.judge import gate
from bench.harness.runner import Runner
from bench.messages.request import ProbeName
from bench.results.stops import Stop, StopReason
from tests.support.gate_runs import check, policy
from tests.support.notes import Notes
from tests.support.stand_in import Sample, StandIn, plan, sample

SCAN = "100/3"
RULE = '[gate.ratios.wall_seconds]\n"100/3" = { "streaming / materializing" = 1.02 }'


def judged(folder: Path, ratio: float, spread: float, seed: int) -> tuple[Check, Stop]:
    """Measure and judge streaming that takes ``ratio`` times as long, a pair varying by ``spread``."""
    rng = np.random.default_rng(seed)

    def script(scan: str, probe: ProbeName, implementation: str) -> Sample:
        factor = ratio if implementation == "streaming" else 1.0
        seconds = factor * float(np.exp(rng.normal(0, spread / np.sqrt(2))))
        return sample({"wall_seconds": seconds} if probe == "time" else {})

    rules = policy(folder, RULE, scans=[SCAN])
    timed = EnoughOptions(budget=10_000.0, precision="0.5%").timing(rules)
    runner = Runner(
        replace(plan((SCAN,), ("materializing", "streaming")), probes=(), **timed), Notes(), StandIn(script).open
    )
    runner.run()
    results = runner.results()
    assert results is not None
    (stop,) = results.stops
    return check(gate(rules, results, None), f"ratio wall_seconds {SCAN} streaming/materializing"), stop


@pytest.mark.parametrize("seed", range(3))
def test_a_regression_of_ten_per_cent_is_found_with_the_pairs_that_it_takes(tmp_path: Path, seed: int) -> None:
    found, stop = judged(tmp_path, 1.10, 0.05, seed)
    assert (found.standing, stop.reason) == (Standing.FAILED, StopReason.ABOVE)
    assert stop.pairs <= 40


@pytest.mark.parametrize("seed", range(3))
def test_code_that_is_faster_passes_as_soon_as_that_is_certain(tmp_path: Path, seed: int) -> None:
    found, stop = judged(tmp_path, 0.9, 0.05, seed)
    assert (found.standing, stop.reason) == (Standing.PASSED, StopReason.WITHIN)
    assert stop.pairs <= 20


def test_unchanged_code_passes_where_pairs_suffice_to_say_so(tmp_path: Path) -> None:
    """Two per cent in pairs that vary by two take a few dozen."""
    found, stop = judged(tmp_path, 1.0, 0.02, 0)
    assert (found.standing, stop.reason) == (Standing.PASSED, StopReason.WITHIN)
