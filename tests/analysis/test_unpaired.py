"""Unpaired ratios cover the truth, and many of them together raise few false alarms."""

from __future__ import annotations

import random

import pytest

from bench.analysis.unpaired import ALPHA, RankTest, decide, rank_test, samples_needed, unpaired_ratio
from tests.support.run_pairs import noisy_samples


def test_the_ratio_is_of_medians_after_to_before() -> None:
    found = unpaired_ratio((2.0, 1.0, 9.0), (4.0, 4.0))
    assert (found.estimate, found.low, found.high, found.test) == (2.0, None, None, None)


def test_four_samples_a_side_get_a_test_and_six_an_interval() -> None:
    four = unpaired_ratio((1, 2, 3, 4), (5, 6, 7, 8))
    assert four.test is not None
    assert four.test.p_value == pytest.approx(2 / 70)
    assert four.test.least_p_value == pytest.approx(2 / 70)
    assert four.low is None
    six = unpaired_ratio((1, 2, 3, 4, 5, 6), (11, 12, 13, 14, 15, 16))
    assert six.low is not None
    assert six.high is not None
    assert six.low < 13.5 / 3.5 < six.high
    assert not six.contains_one


def test_tied_samples_are_tested_exactly() -> None:
    """The normal approximation would give 0.013, less than any arrangement of 4 and 4 samples can."""
    tied = unpaired_ratio((1, 1, 1, 1), (2, 2, 2, 2)).test
    assert tied is not None
    assert tied.p_value == pytest.approx(2 / 70)
    same = unpaired_ratio((3, 3, 3, 3), (3, 3, 3, 3))
    assert same.test is not None
    assert same.test.p_value == 1
    assert same.contains_one


def test_zeros_give_no_ratio_and_no_interval_but_a_test() -> None:
    found = unpaired_ratio((0, 0, 0, 0, 0, 0), (5, 6, 7, 8, 9, 9))
    assert (found.estimate, found.low) == (None, None)
    assert found.test is not None
    assert found.test.p_value < ALPHA


def test_the_same_samples_give_the_same_interval() -> None:
    rng = random.Random(3)
    before, after = noisy_samples(rng, 8), noisy_samples(rng, 8)
    assert unpaired_ratio(before, after) == unpaired_ratio(before, after)


@pytest.mark.parametrize("count", [6, 10])
def test_the_interval_covers_the_true_ratio_in_about_95_of_100_cases(count: int) -> None:
    """120 cases: a coverage of 95 % gives fewer than 107 about once in 300 tries."""
    rng = random.Random(7)
    covered = 0
    for _ in range(120):
        found = unpaired_ratio(noisy_samples(rng, count), noisy_samples(rng, count, 1.2))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 1.2 <= found.high
    assert covered >= 107


def test_holm_adjusts_as_its_author_does() -> None:
    decisions = decide([RankTest(p, 0.0) for p in (0.01, 0.04, 0.03, 0.005)])
    assert [one.p_value for one in decisions] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert [one.rejected for one in decisions] == [True, False, False, True]
    assert decide([]) == ()


def test_a_test_with_too_few_samples_among_many_is_out_of_reach() -> None:
    least = 2 / 70
    one_of_many = decide([RankTest(least, least), RankTest(0.5, 1e-6), RankTest(0.9, 1e-6)])
    assert [one.out_of_reach for one in one_of_many] == [True, False, False]
    alone = decide([RankTest(least, least)])
    assert alone[0].rejected
    assert not alone[0].out_of_reach
    # Those decided before it make room for it.
    last = decide([RankTest(0.2, least), RankTest(1e-6, 1e-6)])
    assert [(one.rejected, one.out_of_reach) for one in last] == [(False, False), (True, False)]


def test_the_samples_needed_are_just_enough() -> None:
    assert [samples_needed(tests) for tests in (1, 2, 6, 7, 12, 23, 50)] == [4, 5, 5, 6, 6, 6, 7]


@pytest.mark.parametrize("count", [6, 8])
def test_the_same_code_in_two_runs_raises_a_false_alarm_in_fewer_than_5_of_100_comparisons(count: int) -> None:
    """Twelve noisy metrics a comparison. At 5 %, 200 comparisons give more than 18 about once in 100 tries."""
    rng = random.Random(11)
    alarms = 0
    for _ in range(200):
        tests = [rank_test(noisy_samples(rng, count), noisy_samples(rng, count)) for _ in range(12)]
        alarms += any(one.rejected for one in decide(tests))
    assert alarms <= 18
