"""Unpaired ratios: what the samples of two separate runs say about one noisy metric, one at a time and many at once."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import PermutationMethod, bootstrap, mannwhitneyu

from bench.analysis.summary import CONFIDENCE, FEWEST_FOR_INTERVAL

ALPHA = 1 - CONFIDENCE
FEWEST_TO_TELL = 4
"""Samples a side below which no rank test of two noisy sides reaches 5 %: two of 3 separate by chance once in ten."""

_RESAMPLES = 4_999
_SEED = 0
_MOST_ARRANGEMENTS = 20_000
"""Up to as many ways to deal the samples to the two sides, tied samples are tested by going through all of them."""


@dataclass(frozen=True)
class RankTest:
    """A RankTest is the two-sided Mann-Whitney test of two sets of samples.

    ``least_p_value`` is the one that complete separation of as many samples would give.
    """

    p_value: float
    least_p_value: float


@dataclass(frozen=True, kw_only=True)
class UnpairedRatio:
    """An UnpairedRatio is the ratio of medians, after ÷ before, of one noisy metric in two runs.

    ``low`` and ``high`` are its 95 % bootstrap interval, None with fewer than FEWEST_FOR_INTERVAL samples on a side;
    ``test`` is None with fewer than FEWEST_TO_TELL.
    """

    estimate: float | None
    """None if the median before is zero."""
    low: float | None
    high: float | None
    test: RankTest | None

    @property
    def contains_one(self) -> bool:
        """Whether the ratio is 1, or its interval includes 1."""
        inside = self.low is not None and self.high is not None and self.low <= 1 <= self.high
        return inside or self.estimate == 1


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A Decision is what Holm's procedure says of one test among many.

    ``p_value`` is the adjusted one. ``out_of_reach`` says that the test has too few samples to be decided among as many
    others, whatever the samples.
    """

    p_value: float
    rejected: bool
    out_of_reach: bool


def unpaired_ratio(before: Sequence[float], after: Sequence[float]) -> UnpairedRatio:
    """Compare the samples of two runs, at least one a side."""
    median = statistics.median(before)
    low, high = _interval(before, after)
    testable = min(len(before), len(after)) >= FEWEST_TO_TELL
    return UnpairedRatio(
        estimate=statistics.median(after) / median if median > 0 else None,
        low=low,
        high=high,
        test=rank_test(before, after) if testable else None,
    )


def rank_test(before: Sequence[float], after: Sequence[float]) -> RankTest:
    """Test whether the samples of two sides come from one distribution."""
    both = [*before, *after]
    arrangements = math.comb(len(both), len(before))
    method: PermutationMethod | Literal["auto"] = "auto"
    # The normal approximation is too eager where few samples are tied, and "auto" would take it.
    if len(set(both)) < len(both) and arrangements <= _MOST_ARRANGEMENTS:
        method = PermutationMethod(n_resamples=_MOST_ARRANGEMENTS)
    return RankTest(float(mannwhitneyu(before, after, method=method).pvalue), 2 / arrangements)


def decide(tests: Sequence[RankTest]) -> tuple[Decision, ...]:
    """Decide many tests so that among all of them a false alarm is raised in at most 5 % of the cases.

    S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6, 1979.
    """
    adjusted = [0.0] * len(tests)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(tests)), key=lambda place: tests[place].p_value)):
        largest = max(largest, min(1.0, tests[place].p_value * (len(tests) - rank)))
        adjusted[place] = largest
    undecided = sum(p_value > ALPHA for p_value in adjusted)
    return tuple(
        Decision(
            p_value=p_value,
            rejected=p_value <= ALPHA,
            out_of_reach=p_value > ALPHA and test.least_p_value * undecided > ALPHA,
        )
        for p_value, test in zip(adjusted, tests, strict=True)
    )


def samples_needed(tests: int) -> int:
    """Return how many samples a side let each of ``tests`` tests be decided by complete separation alone."""
    count = FEWEST_TO_TELL
    while 2 / math.comb(2 * count, count) * tests > ALPHA:
        count += 1
    return count


def _interval(before: Sequence[float], after: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the percentile bootstrap interval; the same samples give the same one.

    In simulations with 6 to 20 samples a side it covers the true ratio in 96 to 97 % of the cases.
    """
    if min(len(before), len(after)) < FEWEST_FOR_INTERVAL or min(before) <= 0:
        return None, None
    found = bootstrap(
        (np.asarray(before, dtype=float), np.asarray(after, dtype=float)),
        _ratio_of_medians,
        n_resamples=_RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def _ratio_of_medians(before: NDArray[np.float64], after: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    ratio: NDArray[np.float64] = np.median(after, axis=axis) / np.median(before, axis=axis)
    return ratio
