"""The time left is within a factor of two of the truth from the third sample on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from bench.harness.pace import Step
from bench.harness.time_left import TimeLeft
from tests.support.replay import Model, Replay, plan_of, recorded_durations

SCANS = ("100/3", "1k/8", "10k/20")


def recorded() -> list[tuple[Step, float]]:
    """The steps of one ``bench run --pairs 6`` at commit 7fa5410, on two cores that others loaded with 4 to 8."""
    content = json.loads((Path(__file__).parent / "recorded_durations.json").read_text(encoding="utf-8"))
    return [
        (Step(scan=scan, rows=rows, probe=probe, implementation=implementation), seconds)
        for scan, rows, probe, implementation, seconds in content
    ]


def recorded_runs() -> list[Mapping[str, Any]]:
    """The durations of whole runs, on two cores: their commands and load averages are beside them."""
    found: list[Mapping[str, Any]] = json.loads(
        (Path(__file__).parent / "recorded_runs.json").read_text(encoding="utf-8")
    )
    return found


@pytest.mark.parametrize("run", recorded_runs(), ids=lambda run: f"{run['command']} at {run['load average']}")
def test_a_recorded_run_is_estimated_within_a_factor_of_two_from_the_third_sample_to_the_last(
    run: Mapping[str, Any],
) -> None:
    """Among them implementations of which one takes 16 times as long as the other by one probe, 3 times by others."""
    durations = {
        (probe, tuple(names)): seconds for key, seconds in run["samples"].items() for probe, *names in (key.split(),)
    }
    implementations = tuple(dict.fromkeys(name for _, names in durations for name in names))
    pairs = None if "--pairs" not in run["command"] else len(durations["time", implementations[:1]])
    at_once = any(len(names) > 1 for _, names in durations)
    plan = plan_of((run["scan"],), implementations, pairs, beside=at_once)
    samples = {name: iter(durations["time", (name,)] * 20) for name in implementations}
    replay = Replay(
        plan,
        recorded_durations(durations),
        {run["scan"]: run["load"]},
        run["end"],
        lambda _scan, name: next(samples[name]),
    )
    ratios = replay.ratios()
    assert len(ratios) >= 14
    assert all(0.5 <= one <= 2 for one in ratios), ratios


PROBES = {"statements": 1.2, "memory": 4.5, "memory-untraced": 1.1, "work": 2.0}


def modelled(implementations: tuple[str, ...], calls: Mapping[str, float], pairs: int | None, seed: int) -> list[float]:
    """The ratios of a run on 1M/30, where nothing is measured at once."""
    scan = "1M/30"
    model = Model(
        around=1.5, calls={(scan, name): one for name, one in calls.items()}, probes=PROBES, noise=0.15, seed=seed
    )
    return model.replay(plan_of((scan,), implementations, pairs, beside=False), {scan: 70.0}, 7.0).ratios()


@pytest.mark.parametrize("pairs", [3, None], ids=["3 pairs", "auto"])
@pytest.mark.parametrize("times", [1.0, 3.0, 12.0, 20.0])
def test_implementations_may_differ_by_any_factor(times: float, pairs: int | None) -> None:
    for seed in range(4):
        for order in (("slow", "fast"), ("fast", "slow")):
            ratios = modelled(order, {"slow": 11.0, "fast": 11.0 / times}, pairs, seed)
            assert all(0.5 <= one <= 2 for one in ratios), (seed, order, ratios)


def test_where_chance_decides_how_many_pairs_are_taken_three_of_four_estimates_are_within_a_factor_of_two() -> None:
    """Calls differ by as much as one varies: 14 pairs decide in half of such runs, and 26 in nine of ten."""
    scan = "1k/8"
    ratios = []
    for seed in range(6):
        calls = {(scan, "a"): 0.9, (scan, "b"): 0.8}
        model = Model(around=1.0, calls=calls, probes=PROBES, noise=0.08, seed=seed)
        ratios += model.replay(plan_of((scan,), ("a", "b"), None, beside=True), {scan: 0.8}, 2.2).ratios()
    assert sum(0.5 <= one <= 2 for one in ratios) >= 0.75 * len(ratios)


@pytest.mark.parametrize("order", list(permutations(SCANS)))
def test_the_rest_of_a_recorded_run_is_estimated_within_a_factor_of_two(order: tuple[str, ...]) -> None:
    taken = [one for scan in order for one in recorded() if one[0].scan == scan]
    time_left = TimeLeft()
    for number, (step, seconds) in enumerate(taken[:-1], start=1):
        time_left.took((step,), seconds)
        estimate = time_left.of((one,) for one, _ in taken[number:])
        truth = sum(later for _, later in taken[number:])
        assert estimate is not None
        if number >= 3:
            assert truth / 2 <= estimate <= truth * 2, number


def test_nothing_is_said_before_the_first_step() -> None:
    assert TimeLeft().of([(recorded()[0][0],)]) is None


def test_a_step_like_one_that_was_taken_is_expected_to_take_as_long() -> None:
    """However odd: the cost that is foreseen for a probe has no say then."""
    step = Step(scan="1k/8", rows=43_368, probe="time", implementation="a")
    time_left = TimeLeft()
    for seconds in (3.0, 50.0, 3.2):
        time_left.took((step,), seconds)
    assert time_left.of([(step,), (step,)]) == pytest.approx(6.4)
    assert time_left.of([(replace(step, implementation="b"),)]) == pytest.approx(3.2)


def test_larger_scans_are_expected_to_take_longer_and_a_probe_as_many_times_as_it_took_elsewhere() -> None:
    small = Step(scan="100/3", rows=16_263, probe="time", implementation="a")
    large = replace(small, scan="10k/20", rows=108_420)
    time_left = TimeLeft()
    time_left.took((small,), 2.0)
    time_left.took((replace(small, probe="memory"),), 40.0)
    quick, slow = (time_left.of([(replace(large, probe=probe),)]) for probe in ("time", "memory"))
    assert quick is not None
    assert slow is not None
    assert quick > 2
    assert slow > 10 * quick
