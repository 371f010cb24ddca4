"""The time left is within a factor of two of the truth from the third sample on."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from bench.harness.time_left import Step, TimeLeft

SCANS = ("100/3", "1k/8", "10k/20")


def recorded() -> list[tuple[Step, float]]:
    """The steps of one ``bench run --pairs 6`` at commit 7fa5410, on two cores that others loaded with 4 to 8."""
    content = json.loads((Path(__file__).parent / "recorded_durations.json").read_text(encoding="utf-8"))
    return [
        (Step(scan=scan, rows=rows, probe=probe, implementation=implementation), seconds)
        for scan, rows, probe, implementation, seconds in content
    ]


@pytest.mark.parametrize("order", list(permutations(SCANS)))
def test_the_rest_of_a_recorded_run_is_estimated_within_a_factor_of_two(order: tuple[str, ...]) -> None:
    taken = [one for scan in order for one in recorded() if one[0].scan == scan]
    time_left = TimeLeft()
    for number, (step, seconds) in enumerate(taken[:-1], start=1):
        time_left.took(step, seconds)
        estimate = time_left.of(one for one, _ in taken[number:])
        truth = sum(later for _, later in taken[number:])
        assert estimate is not None
        if number >= 3:
            assert truth / 2 <= estimate <= truth * 2, number


def test_nothing_is_said_before_the_first_step() -> None:
    assert TimeLeft().of([recorded()[0][0]]) is None


def test_a_step_like_one_that_was_taken_is_expected_to_take_as_long() -> None:
    """However odd: the cost that is foreseen for a probe has no say then."""
    step = Step(scan="1k/8", rows=43_368, probe="time", implementation="a")
    time_left = TimeLeft()
    for seconds in (3.0, 50.0, 3.2):
        time_left.took(step, seconds)
    assert time_left.of([step, step]) == pytest.approx(6.4)
    assert time_left.of([replace(step, implementation="b")]) == pytest.approx(3.2)


def test_larger_scans_are_expected_to_take_longer_and_a_probe_as_many_times_as_it_took_elsewhere() -> None:
    small = Step(scan="100/3", rows=16_263, probe="time", implementation="a")
    large = replace(small, scan="10k/20", rows=108_420)
    time_left = TimeLeft()
    time_left.took(small, 2.0)
    time_left.took(replace(small, probe="memory"), 40.0)
    quick, slow = (time_left.of([replace(large, probe=probe)]) for probe in ("time", "memory"))
    assert quick is not None
    assert slow is not None
    assert quick > 2
    assert slow > 10 * quick
