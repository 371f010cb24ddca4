"""Confidence sequences: intervals of a paired ratio that stay valid however often they are looked at.

The pairs are bets on the side to which they fall. Suppose the true log ratio is m. Then the log ratio x of a pair is
as likely to lie a above m as a below it, because exchanging two equal samples only changes the sign, so a bet on
"above" at even odds gains nothing on average. Per pair it stakes the share tanh(δ·z) of the money, where z is the
distance |x − m| in units of the mean distance so far. The wealth after n pairs, averaged over several δ of both
signs,

    W(m) = Σ w · Π (1 ± tanh(δ · z)),

is a nonnegative martingale that starts at 1, so it ever exceeds 1 ÷ error with a probability of at most ``error``
(Ville's inequality). The interval is every m whose wealth is below that. It holds at every number of pairs at once, so
a run may stop at any of them for any reason.

It needs no normal distribution and no known variance: the stakes depend on distances alone, and signs are fair whatever
these are. Outliers and phases of noise are therefore covered, and one outlier can at most double the wealth. What it
does need is that a coin decides who runs first in each pair, which makes the signs of equal code fair coins whatever
the machine does, and for the ratio of different code that the noise of both sides is alike.

Sources: A. Ramdas, J. Ruf, M. Larsson, W. Koolen, "Admissible anytime-valid sequential inference must rely on
nonnegative martingales", arXiv 2009.03167, 2020 (symmetric distributions); S. Howard, A. Ramdas, J. McAuliffe,
J. Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49, 2021;
I. Waudby-Smith, A. Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86, 2024. What it costs in
pairs is in ``docs/how-many-pairs.md``.
"""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bench.analysis.pairs import CONFIDENCE, PairedRatio, paired_ratio
from bench.analysis.summary import Summary

ERROR = 1 - CONFIDENCE
FEWEST_IN_SEQUENCE = 7
"""Pairs that an interval takes at least: with 6, not even pairs that all fall to one side decide at 5 %."""

_STRENGTHS = np.array([0.07, 0.15, 0.3, 0.6, 1.2, 3.0])
"""The δ of the bets: from effects of a fifteenth of the noise to those that every pair shows."""
_WEIGHTS = np.array([0.15, 0.15, 0.15, 0.15, 0.15, 0.25])
_LONGEST_DISTANCE = 2.0
"""Distances count up to this many means, so that an outlier on the wrong side does not lose everything."""
_STEPS = np.geomspace(1e-3, 1e3, 91)
"""Where an end of the interval is searched for, in ranges of the log ratios from their centre."""
_FINE_STEPS = np.linspace(0, 1, 17)

Logs = NDArray[np.float64]


class ConfidenceSequence:
    """A ConfidenceSequence is what pairs in the order taken say about their log ratio; at least one pair."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self.centre = hodges_lehmann(logs)
        self._range = float(np.ptp(logs)) or 1e-9

    def interval(self, error: float = ERROR) -> tuple[float, float] | None:
        """Return the log ratios that the pairs do not exclude, at most an ``error`` of ever excluding the true one.

        None while they exclude nothing, however far.
        """
        if len(self._logs) < FEWEST_IN_SEQUENCE:
            return None
        ends = [self._end(side, -math.log(error)) for side in (-1, 1)]
        return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])

    def _end(self, side: int, threshold: float) -> float | None:
        """Return the end on one side: beyond it no log ratio is left."""
        kept = np.flatnonzero(self._evidence[side] < threshold)
        last = int(kept[-1]) if len(kept) else 0
        if last == len(_STEPS) - 1:
            return None
        inner, outer = (self.centre + side * self._range * _STEPS[place] for place in (last, last + 1))
        fine = inner + (outer - inner) * _FINE_STEPS
        left = np.flatnonzero(self._against(fine)[:-1] < threshold)
        return float(fine[left[-1] + 1]) if len(left) else float(fine[0])

    @cached_property
    def _evidence(self) -> dict[int, Logs]:
        return {side: self._against(self.centre + side * self._range * _STEPS) for side in (-1, 1)}

    def _against(self, candidates: Logs) -> Logs:
        """Return the log wealth of betting against each candidate of the true log ratio."""
        return _averaged(_log_gains(self._logs[:, None] - candidates).sum(axis=1))


def log_wealth(offsets: Logs) -> Logs:
    """Return the logarithm of the wealth after each pair, of bets that the pairs are not symmetric about zero.

    ``offsets`` has a row for each pair and a column for each sequence, as the result has: the log ratios minus the one
    that is bet against.
    """
    return _averaged(np.cumsum(_log_gains(offsets), axis=1))


def _log_gains(offsets: Logs) -> Logs:
    """Return the logarithm of what each bet multiplies its money by: bets, pairs, sequences."""
    distances = np.abs(offsets)
    means = np.cumsum(distances, axis=0) / np.arange(1, len(offsets) + 1)[:, None]
    scaled = np.minimum(distances / np.maximum(means, 1e-12), _LONGEST_DISTANCE)
    stakes = 2 * _STRENGTHS[:, None, None] * (np.sign(offsets) * scaled)
    # 1 + tanh(δz) is 2 ÷ (1 + exp(−2δz)), and 1 − tanh(δz) is that times exp(−2δz).
    above = math.log(2) - np.log1p(np.exp(-stakes))
    return np.concatenate([above, above - stakes])


def _averaged(gains: Logs) -> Logs:
    """Return the logarithm of the bets' mean wealth; both directions of a strength share its weight."""
    weights = np.log(np.concatenate([_WEIGHTS, _WEIGHTS]) / 2)
    found: Logs = np.logaddexp.reduce(gains + weights.reshape(-1, *[1] * (gains.ndim - 1)), axis=0)
    return found


def hodges_lehmann(values: Logs) -> float:
    """Return the median of all means of two values, each value with itself included.

    J. Hodges, E. Lehmann, "Estimates of Location Based on Rank Tests", Annals of Mathematical Statistics 34, 1963:
    the centre of a symmetric distribution, nearly as sharp as the mean and hardly moved by outliers.
    """
    first, second = np.triu_indices(len(values))
    return float(np.median((values[first] + values[second]) / 2))


def ratio_of_pairs(base: Summary, other: Summary) -> PairedRatio | None:
    """Compare two summaries of a noisy metric pair by pair, as the number of their samples came about.

    None without a pair or with a sample of zero.
    """
    compare = sequential_ratio if base.sequential or other.sequential else paired_ratio
    return compare(base.samples, other.samples)


def sequential_ratio(base: tuple[float, ...], other: tuple[float, ...], error: float = ERROR) -> PairedRatio | None:
    """Compare samples taken in pairs whose number followed from the samples themselves.

    As ``paired_ratio``, with the valid interval of a ConfidenceSequence and the Hodges-Lehmann estimate; None without a
    pair or with a sample of zero.
    """
    logs = log_ratios(base, other)
    if logs is None:
        return None
    sequence = ConfidenceSequence(logs)
    low, high = (None, None) if (found := sequence.interval(error)) is None else map(math.exp, found)
    return PairedRatio(pairs=len(logs), estimate=math.exp(sequence.centre), low=low, high=high)


def log_ratios(base: tuple[float, ...], other: tuple[float, ...]) -> Logs | None:
    """Return the log ratios other ÷ base of the pairs; None without a pair or with a sample of zero."""
    pairs = list(zip(base, other, strict=False))
    if not pairs or any(first <= 0 or second <= 0 for first, second in pairs):
        return None
    return np.array([math.log(second / first) for first, second in pairs])
