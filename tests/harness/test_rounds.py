"""Rounds go on while a question is open, and end with a reason that the results can tell."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from bench.analysis.pairs import FEWEST_PAIRS
from bench.analysis.stopping import WALL, Band, Question
from bench.harness.goal import Goal, against_the_first
from bench.harness.rounds import Rounds
from bench.results.stops import Stop, StopReason

SPREAD = 0.05


class Machine:
    """A clock and samples: each takes ``cost`` seconds, and shows ``time`` of its implementation, with noise."""

    def __init__(self, times: dict[str, float], cost: float = 1.0, spread: float = SPREAD) -> None:
        self.now = 0.0
        self.taken: dict[str, list[float]] = {name: [] for name in times}
        self.rounds: list[tuple[str, ...]] = []
        self._times = times
        self._cost = cost
        self._spread = spread
        self._rng = np.random.default_rng(50)

    def clock(self) -> float:
        """Seconds so far."""
        return self.now

    def samples(self, name: str, metric: str) -> tuple[float, ...]:
        """What was taken of ``name`` on the scan that is measured."""
        assert metric == WALL
        return tuple(self.taken[name])

    def measure(
        self,
        rounds: Rounds,
        scan: str,
        failing: Callable[[str, int], bool] = lambda _name, _round: False,
        companion: str | None = None,
    ) -> list[tuple[str, ...]]:
        """Measure one scan to its end; return who was in each round. ``failing`` says who fails in which round."""
        self.taken = {name: [] for name in self.taken}
        names = tuple(name for name in self._times if name != companion)
        on_scan = rounds.of_scan(scan, names, companion)
        failed: set[str] = set()
        found: list[tuple[str, ...]] = []
        while order := on_scan.next(self.samples, failed):
            found.append(order)
            for name in order:
                self.now += self._cost
                if failing(name, len(found)):
                    failed.add(name)
                else:
                    self.taken[name].append(self._times[name] * float(np.exp(self._rng.normal(0, self._spread))))
        return found


def rounds_of(machine: Machine, *scans: str, **goal: Any) -> Rounds:
    """The rounds of a run of all of the machine's implementations against the first one."""
    questions = against_the_first(scans, tuple(machine.taken))
    return Rounds(Goal(questions=questions, **goal), dict.fromkeys(scans, 1.0), machine.clock, random.Random(51))


def reasons(rounds: Rounds) -> dict[tuple[str, str], StopReason]:
    """Why pairs ended, by scan and implementation."""
    return {(one.scan, one.other): one.reason for one in rounds.stops}


def test_a_clear_difference_is_decided_with_few_pairs_and_the_stop_says_so() -> None:
    machine = Machine({"a": 1.0, "b": 1.5})
    rounds = rounds_of(machine, "1k/8")
    taken = machine.measure(rounds, "1k/8")
    assert rounds.stops == [
        Stop(scan="1k/8", base="a", other="b", metric=WALL, pairs=len(taken), reason=StopReason.ABOVE)
    ]
    assert 7 <= len(taken) <= 9
    assert len(machine.taken["a"]) == len(machine.taken["b"]) == len(taken)


def test_a_coin_says_who_is_first_in_each_pair() -> None:
    """Each order as often, and none more likely after the other: so the sides of equal code are fair coins."""
    machine = Machine({"a": 1.0, "b": 1.0})
    taken = machine.measure(rounds_of(machine, "1k/8", precision=1e-6, seconds=800.0), "1k/8")
    first = [order[0] == "a" for order in taken]
    assert len(first) == 400
    assert 160 <= sum(first) <= 240
    changes = sum(one != two for one, two in itertools.pairwise(first))
    assert 160 <= changes <= 240


def test_who_is_decided_leaves_and_the_base_stays_for_the_others() -> None:
    machine = Machine({"a": 1.0, "clear": 2.0, "close": 1.05})
    rounds = rounds_of(machine, "1k/8", precision=0.001)
    taken = machine.measure(rounds, "1k/8")
    members = [set(one) for one in taken]
    left = members.index({"a", "close"})
    assert all(one == {"a", "clear", "close"} for one in members[:left])
    assert all(one == {"a", "close"} for one in members[left:])
    assert reasons(rounds)["1k/8", "clear"] is StopReason.ABOVE
    assert [one.pairs for one in rounds.stops] == [left, len(taken)]


def test_equal_code_ends_when_the_interval_is_narrow_enough() -> None:
    machine = Machine({"a": 1.0, "b": 1.0})
    coarse, fine = (rounds_of(machine, "1k/8", precision=share, seconds=1e9) for share in (0.10, 0.02))
    taken = [len(machine.measure(one, "1k/8")) for one in (coarse, fine)]
    assert reasons(coarse) == reasons(fine) == {("1k/8", "b"): StopReason.PRECISE}
    assert taken[0] < taken[1]


def test_a_change_within_the_floor_ends_as_such() -> None:
    machine = Machine({"a": 1.0, "b": 1.0})
    question = Question(scan="1k/8", base="a", other="b", band=Band.around_one(0.2))
    rounds = Rounds(Goal(questions=(question,), precision=1e-6, seconds=1e9), {"1k/8": 1.0}, machine.clock)
    machine.measure(rounds, "1k/8")
    (stop,) = rounds.stops
    assert stop.reason is StopReason.WITHIN
    assert (stop.low, stop.high) == (1 / 1.2, 1.2)


def test_the_budget_ends_what_is_open_before_a_round_that_would_exceed_it() -> None:
    machine = Machine({"a": 1.0, "b": 1.0})
    rounds = rounds_of(machine, "1k/8", precision=1e-6, seconds=21.0)
    taken = machine.measure(rounds, "1k/8")
    assert len(taken) == 10
    assert machine.now <= 21
    assert rounds.stops == [Stop(scan="1k/8", base="a", other="b", metric=WALL, pairs=10, reason=StopReason.BUDGET)]


def test_a_budget_that_is_too_small_for_anything_leaves_one_pair() -> None:
    machine = Machine({"a": 1.0, "b": 1.0}, cost=100.0)
    rounds = rounds_of(machine, "1M/30", seconds=1.0)
    assert [sorted(one) for one in machine.measure(rounds, "1M/30")] == [["a", "b"]]
    assert reasons(rounds) == {("1M/30", "b"): StopReason.BUDGET}


def test_scans_share_the_budget_by_weight_and_inherit_what_others_left() -> None:
    machine = Machine({"a": 1.0, "b": 1.0})
    questions = against_the_first(("small", "large"), ("a", "b"))
    goal, chance = Goal(questions=questions, precision=1e-6, seconds=100.0), random.Random(51)
    rounds = Rounds(goal, {"small": 1.0, "large": 4.0}, machine.clock, chance)
    assert len(machine.measure(rounds, "small")) == 10
    assert len(machine.measure(rounds, "large")) == 40

    quick = Machine({"a": 1.0, "b": 2.0})
    rounds = Rounds(goal, {"small": 1.0, "large": 1.0}, quick.clock, chance)
    used = len(quick.measure(rounds, "small"))
    quick = _equal_from_here(quick)
    rounds.clock = quick.clock
    assert len(quick.measure(rounds, "large")) == (100 - 2 * used) // 2


def _equal_from_here(machine: Machine) -> Machine:
    found = Machine(dict.fromkeys(machine.taken, 1.0))
    found.now = machine.now
    return found


def test_one_that_fails_leaves_and_the_others_go_on() -> None:
    machine = Machine({"a": 1.0, "broken": 1.0, "c": 1.5})
    rounds = rounds_of(machine, "1k/8")
    taken = machine.measure(rounds, "1k/8", failing=lambda name, number: (name, number) == ("broken", 3))
    assert all("broken" not in one for one in taken[3:])
    assert reasons(rounds) == {("1k/8", "broken"): StopReason.FAILED, ("1k/8", "c"): StopReason.ABOVE}
    assert next(one.pairs for one in rounds.stops if one.other == "broken") == 2


@pytest.mark.parametrize("names", [("alone",), ("base", "other")])
def test_who_has_nobody_to_be_compared_with_gets_the_samples_of_an_interval(names: Sequence[str]) -> None:
    """One implementation, or one whose base failed."""
    machine = Machine(dict.fromkeys(names, 1.0))
    rounds = rounds_of(machine, "1k/8")
    machine.measure(rounds, "1k/8", failing=lambda name, number: (name, number) == ("base", 2))
    assert len(machine.taken[names[-1]]) == FEWEST_PAIRS


def test_the_companion_is_in_every_round_and_keeps_none_going() -> None:
    machine = Machine({"a": 1.0, "b": 1.5, "copy": 0.1})
    questions = against_the_first(("1k/8",), ("a", "b"))
    rounds = Rounds(Goal(questions=questions), {"1k/8": 1.0}, machine.clock)
    taken = machine.measure(rounds, "1k/8", companion="copy")
    assert all(sorted(one) == ["a", "b", "copy"] for one in taken)
    assert reasons(rounds) == {("1k/8", "b"): StopReason.ABOVE}


def test_an_early_scan_is_held_to_the_error_of_the_whole_run() -> None:
    """With more scans to come a decision takes more evidence, so that the run as a whole is wrong no more often."""
    taken = []
    for scans in (("1k/8",), ("1k/8", *(f"1k/{regions}" for regions in range(9, 40)))):
        machine = Machine({"a": 1.0, "b": 2.0})
        taken.append(len(machine.measure(rounds_of(machine, *scans, seconds=1e9), "1k/8")))
    assert taken[0] < taken[1]
