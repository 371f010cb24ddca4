"""Paired ratios: what order-alternated pairs of fresh processes say about two implementations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap, norm, t

from bench.results.records import Measurement

CONFIDENCE = 0.95
POWER = 0.90
FEWEST_PAIRS = 6
"""With fewer pairs no interval is given: the bootstrap has too few distinct resamples for its tails."""

_RESAMPLES = 9_999
_SEED = 0


@dataclass(frozen=True, kw_only=True)
class PairedRatio:
    """A PairedRatio is the geometric mean of other ÷ base over the pairs of a noisy metric, with its interval.

    Below 1 the other takes less. ``low`` and ``high`` are None with fewer than FEWEST_PAIRS pairs.
    """

    pairs: int
    estimate: float
    low: float | None
    high: float | None

    @property
    def distinguished(self) -> bool:
        """Whether the interval excludes 1."""
        return self.low is not None and self.high is not None and not self.low <= 1 <= self.high


def paired_ratio(base: tuple[float, ...], other: tuple[float, ...]) -> PairedRatio | None:
    """Compare samples taken in pairs, the i-th of each side together; None without a pair or with a sample of zero.

    A side that stopped early leaves the rest of the other unpaired. The interval is the bootstrap's of the mean log
    ratio, by the expanded percentile method (T. Hesterberg, "What Teachers Should Know About the Bootstrap", The
    American Statistician 69, 2015): the plain percentile interval is too narrow for few pairs, by the factor
    √((n−1)/n) and by using the normal's quantile where Student's belongs.
    """
    pairs = list(zip(base, other, strict=False))
    if not pairs or any(first <= 0 or second <= 0 for first, second in pairs):
        return None
    logs = np.array([math.log(second / first) for first, second in pairs])
    estimate = math.exp(float(logs.mean()))
    if len(pairs) < FEWEST_PAIRS:
        return PairedRatio(pairs=len(pairs), estimate=estimate, low=None, high=None)
    low, high = _interval_of_mean(logs)
    return PairedRatio(pairs=len(pairs), estimate=estimate, low=math.exp(low), high=math.exp(high))


def chance_ratio(logs_deviation: float, pairs: int) -> float:
    """Return the slow-down factor that ``pairs`` ≥ 2 pairs of the same code show by chance once in 40 times.

    ``logs_deviation`` is the standard deviation of the log ratio of a pair; the factor is t₀.₉₇₅ · s / √n in the log.
    It is the floor for an effect. The smallest detectable ratio is not: of changes as large as that one, half would
    show an effect below it.
    """
    return math.exp(float(t.ppf(0.5 + CONFIDENCE / 2, pairs - 1)) * logs_deviation / math.sqrt(pairs))


def smallest_detectable_ratio(logs_deviation: float, pairs: int) -> float:
    """Return the slow-down factor that ``pairs`` ≥ 2 pairs detect with a power of 90 % at a confidence of 95 %.

    ``logs_deviation`` is the standard deviation of the log ratio of a pair. From the two-sided paired t test's usual
    approximation: (t₀.₉₇₅ + t₀.₉) · s / √n in the log.
    """
    powered = math.exp(float(t.ppf(POWER, pairs - 1)) * logs_deviation / math.sqrt(pairs))
    return chance_ratio(logs_deviation, pairs) * powered


def log_ratio_deviation(base: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the standard deviation of the pairs' log ratio, for at least two pairs."""
    return float(np.std([math.log(second / first) for first, second in zip(base, other, strict=False)], ddof=1))


def _interval_of_mean(values: NDArray[np.float64]) -> tuple[float, float]:
    count = len(values)
    student = float(t.ppf(0.5 + CONFIDENCE / 2, count - 1))
    expanded = 1 - 2 * float(norm.cdf(-math.sqrt(count / (count - 1)) * student))
    found = bootstrap(
        (values,),
        np.mean,
        n_resamples=_RESAMPLES,
        confidence_level=expanded,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def samples_of(measurements: tuple[Measurement, ...], scan: str, implementation: str, metric: str) -> tuple[float, ...]:
    """Return the samples of one case in the order taken; empty if there are none."""
    for one in measurements:
        if (one.scan, one.implementation, one.metric) == (scan, implementation, metric):
            return one.samples
    return ()
