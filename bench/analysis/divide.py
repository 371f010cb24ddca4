"""The divide between good and bad: the value of a metric beyond which a commit counts as bad, and on which side one is.

By default it lies in the middle between good and bad, so that a search finds the commit with which half of the
difference is there; a tolerance puts it at a distance from good. Figures of a noisy metric are ratios to the good
commit, measured in the same pairs, with an interval that stays valid however often it is looked at.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

from bench.analysis.pairs import PairedRatio
from bench.analysis.ratio import FLOOR
from bench.analysis.sequence import sequential_ratio
from bench.results.metrics import Kind, Metric


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A Figure is what was measured of one commit, for a noisy metric with the good one's samples of the same pairs."""

    metric: Metric
    samples: tuple[float, ...]
    base: tuple[float, ...] = ()

    @property
    def ratio(self) -> PairedRatio | None:
        """This commit ÷ the good one; None for a metric that is not noisy, without a pair, and for a sample of zero."""
        return sequential_ratio(self.base, self.samples) if self.metric.kind is Kind.NOISY else None

    @property
    def centre(self) -> float | None:
        """Where it stands: the median of the samples, for a noisy metric the ratio."""
        if self.metric.kind is not Kind.NOISY:
            return statistics.median(self.samples) if self.samples else None
        return None if (ratio := self.ratio) is None else ratio.estimate

    @property
    def range(self) -> tuple[float, float] | None:
        """Where it may stand: from the lowest to the highest sample, for a noisy metric the ratio's interval.

        None while too few samples are taken to say.
        """
        if self.metric.kind is not Kind.NOISY:
            return (min(self.samples), max(self.samples)) if self.samples else None
        ratio = self.ratio
        return None if ratio is None or ratio.low is None or ratio.high is None else (ratio.low, ratio.high)


@dataclass(frozen=True, kw_only=True)
class Divide:
    """A Divide is the value or ratio between good and bad, and on which side bad is."""

    threshold: float
    above: bool
    """Whether bad is above."""

    def is_bad(self, figure: Figure) -> bool | None:
        """Whether ``figure`` is on the side of bad; None where it may be on either."""
        if (found := figure.range) is None:
            return None
        if figure.metric.kind is not Kind.NOISY:
            centre = figure.centre
            assert centre is not None  # it has a range
            found = (centre, centre)
        low, high = found
        if low > self.threshold:
            return self.above
        if high < self.threshold:
            return not self.above
        # What stands exactly at a tolerance is within it.
        return False if low == high else None


def divide(good: Figure, bad: Figure, tolerance: float | None = None) -> Divide | None:
    """Return what divides ``good`` from ``bad``; None where they do not differ, or not by more than ``tolerance``.

    Exact figures differ if they are unequal, near-exact ones by more than the metric's tolerance, the metric's step and
    what is too little to compare, noisy ones if the ratio's interval excludes 1.
    """
    metric = good.metric
    start = 1.0 if metric.kind is Kind.NOISY else good.centre
    end, ends = bad.centre, bad.range
    if start is None or end is None or ends is None:
        return None
    if metric.kind is not Kind.NOISY:
        ends = (end, end)
    above = end > start
    share = tolerance if tolerance is not None else metric.repeats_to if metric.kind is Kind.NEAR_EXACT else 0.0
    margin = max(start * share, metric.resolution if metric.kind is Kind.NEAR_EXACT else 0.0)
    if ends[0] <= start + margin and ends[1] >= start - margin:
        return None
    if metric.kind is Kind.NEAR_EXACT and max(start, end) <= FLOOR.get(metric.unit, 0.0):
        return None
    if tolerance is not None:
        return Divide(threshold=start + margin if above else start - margin, above=above)
    middle = math.sqrt(start * end) if metric.kind is Kind.NOISY else (start + end) / 2
    return Divide(threshold=middle, above=above)
