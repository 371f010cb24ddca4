"""The confidence sequence keeps its error over all looks, whatever the noise, and finds what is there."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.analysis.sequence import (
    ERROR,
    FEWEST_IN_SEQUENCE,
    ConfidenceSequence,
    hodges_lehmann,
    log_wealth,
    sequential_ratio,
)

RUNS = 600
"""Simulated sequences a case; the standard error of a rate of 5 % is 0.9 percentage points."""
PAIRS = 100

Logs = NDArray[np.float64]


def outliers(rng: np.random.Generator) -> Logs:
    """Noise of which one pair in ten is ten times as far off."""
    return rng.normal(size=(PAIRS, RUNS)) * np.where(rng.random((PAIRS, RUNS)) < 0.1, 10.0, 1.0)


def growing(rng: np.random.Generator) -> Logs:
    """Noise that grows tenfold while the pairs are taken."""
    return rng.normal(size=(PAIRS, RUNS)) * np.linspace(0.2, 2, PAIRS)[:, None]


def alternating(rng: np.random.Generator) -> Logs:
    """Noise under which whoever runs first is slower, in an order that alternates."""
    return rng.normal(size=(PAIRS, RUNS)) + (-1.0) ** np.arange(PAIRS)[:, None]


NOISE: dict[str, Callable[[np.random.Generator], Logs]] = {
    "normal": lambda rng: rng.normal(size=(PAIRS, RUNS)),
    "without a variance (Cauchy)": lambda rng: rng.standard_cauchy(size=(PAIRS, RUNS)),
    "outliers": outliers,
    "growing": growing,
    "alternating": alternating,
    "few values, many ties": lambda rng: rng.integers(-2, 3, size=(PAIRS, RUNS)).astype(float),
}


@pytest.mark.parametrize("noise", NOISE)
def test_equal_sides_are_ever_excluded_in_fewer_than_five_of_a_hundred_sequences(noise: str) -> None:
    """Over a hundred looks, where Student's interval is wrong in a third of the sequences."""
    wealth = log_wealth(0.1 * NOISE[noise](np.random.default_rng(30)))
    assert (wealth.max(axis=0) >= -math.log(ERROR)).mean() < ERROR


def test_a_rule_that_looks_after_every_pair_at_five_per_cent_is_wrong_far_more_often() -> None:
    """The simulation does show what the sequence prevents."""
    logs = np.random.default_rng(31).normal(size=(PAIRS, RUNS))
    count = np.arange(1, PAIRS + 1)[:, None]
    z = np.abs(np.cumsum(logs, axis=0)) / np.sqrt(count)
    assert (z[5:] > 1.96).any(axis=0).mean() > 0.2


@pytest.mark.parametrize(("effect", "within", "power"), [(2.0, 12, 0.9), (1.0, 30, 0.9), (0.5, 90, 0.9)])
def test_changes_are_found_within_the_pairs_that_their_size_takes(effect: float, within: int, power: float) -> None:
    """``effect`` is in standard deviations of a pair's log ratio."""
    logs = np.random.default_rng(32).normal(effect, 1, size=(PAIRS, RUNS))
    decided = log_wealth(logs)[FEWEST_IN_SEQUENCE - 1 : within] >= -math.log(ERROR)
    assert decided.any(axis=0).mean() >= power


def test_the_interval_holds_the_true_ratio_at_every_look_and_shrinks() -> None:
    missed = 0
    rng = np.random.default_rng(33)
    widths = {10: 0.0, 40: 0.0}
    for _ in range(60):
        logs = rng.standard_t(3, size=40) * 0.1 + math.log(1.2)
        found = {count: ConfidenceSequence(logs[:count]).interval() for count in (7, 10, 20, 30, 40)}
        missed += any(one is not None and not one[0] <= math.log(1.2) <= one[1] for one in found.values())
        for count in widths:
            interval = found[count]
            assert interval is not None
            widths[count] += interval[1] - interval[0]
    assert missed <= 3
    assert widths[40] < widths[10] / 2


def test_the_interval_is_where_betting_gains_too_little() -> None:
    """Both ends, at two levels: just outside the wealth is above 1 ÷ error, just inside below."""
    logs = np.random.default_rng(34).normal(0.1, 0.05, size=25)
    for error in (0.05, 0.01):
        found = ConfidenceSequence(logs).interval(error)
        assert found is not None
        low, high = found
        margin = 0.02 * (high - low)
        wealth = log_wealth(logs[:, None] - np.array([low - margin, low + margin, high - margin, high + margin]))[-1]
        assert [bool(one) for one in wealth >= -math.log(error)] == [True, False, False, True]


def test_a_stricter_error_gives_a_wider_interval_around_the_same_centre() -> None:
    sequence = ConfidenceSequence(np.random.default_rng(35).normal(size=30))
    wide, narrow = sequence.interval(0.01), sequence.interval(0.05)
    assert wide is not None
    assert narrow is not None
    assert wide[0] <= narrow[0] < sequence.centre < narrow[1] <= wide[1]


@pytest.mark.parametrize("pairs", range(1, FEWEST_IN_SEQUENCE))
def test_too_few_pairs_give_no_interval_even_if_all_fall_to_one_side(pairs: int) -> None:
    found = sequential_ratio((1.0,) * pairs, (2.0,) * pairs)
    assert found is not None
    assert (found.pairs, found.low, found.high, found.distinguished) == (pairs, None, None, False)
    assert found.estimate == pytest.approx(2)
    # No money can be lost or won by more than doubling, and half of it bets on each side.
    assert log_wealth(np.full((pairs, 1), 0.7))[-1, 0] < -math.log(ERROR)


def test_the_fewest_pairs_suffice_where_all_fall_to_one_side() -> None:
    found = sequential_ratio((1.0,) * FEWEST_IN_SEQUENCE, (2.0,) * FEWEST_IN_SEQUENCE)
    assert found is not None
    assert found.distinguished
    assert found.low == pytest.approx(2)
    assert found.high == pytest.approx(2)


def test_equal_samples_are_one_and_not_distinguished() -> None:
    found = sequential_ratio((3.0,) * 10, (3.0,) * 10)
    assert found is not None
    assert found.estimate == 1
    assert not found.distinguished


def test_exchanging_the_sides_gives_the_reciprocal() -> None:
    rng = np.random.default_rng(36)
    base, other = (tuple(np.exp(rng.normal(size=15))) for _ in range(2))
    one, two = sequential_ratio(base, other), sequential_ratio(other, base)
    assert one is not None
    assert two is not None
    assert one.low is not None
    assert two.high is not None
    assert one.estimate == pytest.approx(1 / two.estimate)
    assert one.low == pytest.approx(1 / two.high)


def test_the_unit_of_time_does_not_matter() -> None:
    rng = np.random.default_rng(37)
    base, other = (np.exp(rng.normal(size=15)) for _ in range(2))
    assert sequential_ratio(tuple(base), tuple(other)) == sequential_ratio(tuple(1024 * base), tuple(1024 * other))


def test_one_outlier_moves_the_estimate_hardly_and_cannot_decide() -> None:
    logs = np.random.default_rng(38).normal(0, 0.1, size=20)
    far = np.append(logs, 50.0)
    assert hodges_lehmann(far) == pytest.approx(hodges_lehmann(logs), abs=0.05)
    gained = log_wealth(far[:, None])[-1, 0] - log_wealth(logs[:, None])[-1, 0]
    assert gained <= math.log(2)


def test_the_estimate_is_the_median_of_means_of_two() -> None:
    values = np.array([0.0, 1.0, 10.0])
    assert hodges_lehmann(values) == pytest.approx(np.median([0, 0.5, 5, 1, 5.5, 10]))


def test_nothing_and_samples_of_zero_are_not_compared() -> None:
    assert sequential_ratio((), ()) is None
    assert sequential_ratio((1.0,), ()) is None
    assert sequential_ratio((1.0, 0.0), (1.0, 1.0)) is None
