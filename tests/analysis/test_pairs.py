"""The paired ratio keeps what it promises on noise whose truth is known: coverage, false alarms, power."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.analysis.pairs import (
    FEWEST_PAIRS,
    PairedRatio,
    chance_ratio,
    log_ratio_deviation,
    paired_ratio,
    smallest_detectable_ratio,
)

RUNS = 300
"""Simulated comparisons a case; the standard error of a rate of 5 % is 1.3 percentage points."""

DEVIATION = 0.1

Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]
Logs = NDArray[np.float64]

NOISE: dict[str, tuple[Draw, float]] = {
    "normal": (lambda rng, n: rng.normal(size=n), 0.09),
    "heavy tails (Student's t with 3 degrees)": (lambda rng, n: rng.standard_t(3, size=n), 0.09),
    # Skewed as times are when the machine is disturbed. Student's own interval misses 11 % of these at n = 6.
    "skewed (exponential)": (lambda rng, n: rng.exponential(size=n) - 1, 0.13),
}
"""Noise of mean 0, and the miss rate that is tolerated."""


def compare(logs: Logs) -> PairedRatio:
    """Compare a base of ones with samples that have these log ratios to it."""
    found = paired_ratio((1.0,) * len(logs), tuple(np.exp(logs)))
    assert found is not None
    return found


@pytest.mark.parametrize("pairs", [6, 10, 20])
@pytest.mark.parametrize("noise", NOISE)
def test_the_interval_covers_the_true_ratio_about_as_often_as_it_says(noise: str, pairs: int) -> None:
    """And it is not so wide that it nearly always does."""
    draw, tolerated = NOISE[noise]
    rng = np.random.default_rng(20)
    missed = 0
    for _ in range(RUNS):
        found = compare(DEVIATION * draw(rng, pairs) + math.log(1.5))
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.estimate <= found.high
        missed += not found.low <= 1.5 <= found.high
    assert 0.01 <= missed / RUNS <= tolerated


@pytest.mark.parametrize("pairs", [6, 12])
def test_the_rule_raises_few_false_alarms_and_sees_what_it_says_it_can(pairs: int) -> None:
    """Under 5 % of runs of the same code exceed interval and floor, over 80 % at the smallest detectable ratio.

    The floor comes from one calibration of as many pairs of the same code, as that of a real machine does.
    """
    rng = np.random.default_rng(21)
    truth = math.log(smallest_detectable_ratio(DEVIATION, pairs))
    alarms = seen = 0
    for _ in range(RUNS):
        calibration = tuple(np.exp(rng.normal(0, DEVIATION, pairs)))
        floor = math.log(chance_ratio(log_ratio_deviation((1.0,) * pairs, calibration), pairs))
        noise = rng.normal(0, DEVIATION, pairs)
        same, slower = compare(noise), compare(noise + truth)
        alarms += same.distinguished and abs(math.log(same.estimate)) > floor
        seen += slower.distinguished and math.log(slower.estimate) > floor
    assert alarms / RUNS < 0.05
    assert seen / RUNS >= 0.80


def test_the_interval_alone_detects_the_smallest_detectable_ratio_nine_times_in_ten() -> None:
    rng = np.random.default_rng(22)
    truth = math.log(smallest_detectable_ratio(DEVIATION, 8))
    seen = sum(compare(rng.normal(truth, DEVIATION, 8)).distinguished for _ in range(RUNS))
    assert 0.85 <= seen / RUNS <= 0.95


def test_what_can_be_detected_lies_beyond_chance_and_shrinks_with_more_pairs() -> None:
    found = [(chance_ratio(DEVIATION, pairs), smallest_detectable_ratio(DEVIATION, pairs)) for pairs in (2, 6, 10, 40)]
    assert all(1 < chance < detectable for chance, detectable in found)
    assert found == sorted(found, reverse=True)
    # Student's quantiles with 5 degrees of freedom are 2.571 and 1.476.
    assert smallest_detectable_ratio(DEVIATION, 6) == pytest.approx(math.exp(4.047 * 0.1 / math.sqrt(6)), rel=1e-3)
    assert smallest_detectable_ratio(0.0, 6) == 1


def test_the_estimate_is_the_geometric_mean_and_a_faster_other_is_below_one() -> None:
    found = paired_ratio((1.0, 2.0, 4.0), (2.0, 1.0, 1.0))
    assert found is not None
    assert found.estimate == pytest.approx((2 * 0.5 * 0.25) ** (1 / 3))
    assert paired_ratio((2.0,) * 8, (1.0,) * 8) == PairedRatio(pairs=8, estimate=0.5, low=0.5, high=0.5)


def test_exchanging_the_sides_gives_the_reciprocal() -> None:
    rng = np.random.default_rng(23)
    base, other = (tuple(np.exp(rng.normal(size=12))) for _ in range(2))
    one, two = paired_ratio(base, other), paired_ratio(other, base)
    assert one is not None
    assert two is not None
    assert one.estimate == pytest.approx(1 / two.estimate)
    assert one.distinguished == two.distinguished


def test_equal_samples_are_one_and_not_distinguished() -> None:
    found = paired_ratio((3.0,) * 10, (3.0,) * 10)
    assert found == PairedRatio(pairs=10, estimate=1.0, low=1.0, high=1.0)
    assert not found.distinguished


@pytest.mark.parametrize("pairs", range(1, FEWEST_PAIRS))
def test_too_few_pairs_give_an_estimate_and_no_claim(pairs: int) -> None:
    found = paired_ratio((1.0,) * pairs, (2.0,) * pairs)
    assert found == PairedRatio(pairs=pairs, estimate=2.0, low=None, high=None)
    assert not found.distinguished


def test_nothing_and_samples_of_zero_are_not_compared() -> None:
    assert paired_ratio((), ()) is None
    assert paired_ratio((1.0,), ()) is None
    assert paired_ratio((1.0, 0.0), (1.0, 1.0)) is None
    assert paired_ratio((1.0, 1.0), (0.0, 1.0)) is None


def test_a_side_that_stopped_early_leaves_the_rest_unpaired() -> None:
    """Also where the unpaired rest could not be compared."""
    found = paired_ratio((1.0, 1.0, 0.0), (2.0, 2.0))
    assert found is not None
    assert (found.pairs, found.estimate) == (2, 2.0)
    assert log_ratio_deviation((1.0, 1.0, 9.0), (1.0, math.e)) == pytest.approx(math.sqrt(0.5))


def test_the_same_samples_give_the_same_interval() -> None:
    logs = np.random.default_rng(24).normal(size=10)
    assert compare(logs) == compare(logs)
