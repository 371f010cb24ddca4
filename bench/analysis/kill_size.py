"""Kill sizes: the size of a data set at which a worker reaches its memory limit, read from a fit of its peak RSS."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from bench.analysis.growth import Axis, Fit, Trend
from bench.analysis.summary import Summaries
from bench.results.records import Results
from bench.results.sharing import ALONE, Sharing

FARTHEST = 100
"""How far a fit is extrapolated, as a multiple of the largest measured size; beyond it no size is given."""

AS_EARLY = 1.1
"""Sizes up to this factor apart are the same answer, beside what a line's interval leaves open."""


@dataclass(frozen=True)
class MemoryLimit:
    """A MemoryLimit is what a container's memory is limited to. It is binary: 512 MiB are 537 MB."""

    label: str
    bytes: int


LIMITS = (
    MemoryLimit("512 MiB", 512 * 2**20),
    MemoryLimit("1 GiB", 2**30),
    MemoryLimit("2 GiB", 2 * 2**30),
    MemoryLimit("4 GiB", 4 * 2**30),
)


class Reach(Enum):
    """Whether growth along one line of the grid reaches a limit."""

    REACHED = "reached"
    FAR = "not within 100 times the measured range"
    UNDECIDED = "further growth not decided"
    NEVER = "no growth"
    EXCEEDED = "exceeded at the smallest size"


@dataclass(frozen=True, kw_only=True)
class KillSize:
    """A KillSize is where one fit of peak RSS growth, on top of the RSS before the call, reaches a limit.

    ``size`` is in what the fit is against; None unless reached. ``low`` and ``high`` are the bounds of its 95 %
    interval on a straight fit, the neighbouring sizes where the limit lies between two of them, and None if there
    is no bound.
    """

    fit: Fit
    limit: MemoryLimit
    reach: Reach
    size: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def times_beyond(self) -> float:
        """The size over the largest measured one; above 1 it was not measured but extrapolated."""
        return 0.0 if self.size is None else self.size / self.fit.largest


def base_rss(results: Results, summaries: Summaries, implementation: str) -> float | None:
    """Return what a process holds before the call, in bytes: as it was given, or the median RSS over all scans.

    None if it was not measured.
    """
    if results.sharing.base_bytes is not None:
        return results.sharing.base_bytes
    known = [
        base
        for dataset in results.datasets
        if (base := summaries.centre(dataset.scan, implementation, "base_rss_bytes")) is not None
    ]
    return statistics.median(known) if known else None


def kill_size(fit: Fit, base: float, limit: MemoryLimit, sharing: Sharing = ALONE) -> KillSize:
    """Find where ``base`` + ``fit`` of peak RSS growth reaches ``limit``, all processes that share it together.

    Beyond the measured sizes only a fit that grows is extended: a straight one along its line, where the slope's
    interval is above zero; another along its last two sizes, where the larger of two phases has taken over.
    """
    room = sharing.room(base, limit.bytes)
    if fit.points[0][1] >= room:
        return KillSize(fit=fit, limit=limit, reach=Reach.EXCEEDED)
    if fit.straight and fit.slope_low > 0 and fit.trend is Trend.GROWS:
        return _on_line(fit, limit, room)
    for (x, y), (next_x, next_y) in pairwise(fit.points):
        if next_y >= room:
            size = x + (next_x - x) * (room - y) / (next_y - y)
            return KillSize(fit=fit, limit=limit, reach=Reach.REACHED, size=size, low=x, high=next_x)
    if fit.trend in {Trend.FLAT, Trend.FALLS}:
        return KillSize(fit=fit, limit=limit, reach=Reach.NEVER)
    (x, y), (next_x, next_y) = fit.points[-2:]
    if fit.trend is Trend.UNDECIDED or fit.straight or next_y <= y:
        return KillSize(fit=fit, limit=limit, reach=Reach.UNDECIDED)
    return _within_reach(
        KillSize(fit=fit, limit=limit, reach=Reach.REACHED, size=x + (next_x - x) * (room - y) / (next_y - y))
    )


def _on_line(fit: Fit, limit: MemoryLimit, room: float) -> KillSize:
    """Cross the line, with the interval by Fieller's theorem: all sizes at which the line's band holds the limit.

    E. C. Fieller, "Some Problems in Interval Estimation", Journal of the Royal Statistical Society B 16, 1954.
    """
    count = len(fit.points)
    mean = statistics.fmean(size for size, _ in fit.points)
    squares = sum((size - mean) ** 2 for size, _ in fit.points)
    # Half the slope's interval as a share of it: below 1, as the fit grows.
    margin = (fit.slope_high - fit.slope) / fit.slope
    distance = (room - fit.intercept) / fit.slope - mean
    # The margin is t · s / (slope · √squares), so the residuals' deviation s needs no further mention.
    scatter = margin * math.sqrt((1 - margin**2) * squares / count + distance**2)
    low, high = (mean + (distance + sign * scatter) / (1 - margin**2) for sign in (-1, 1))
    found = KillSize(
        fit=fit, limit=limit, reach=Reach.REACHED, size=max(mean + distance, fit.smallest), low=max(low, 0.0), high=high
    )
    return _within_reach(found)


def _within_reach(found: KillSize) -> KillSize:
    if found.times_beyond > FARTHEST:
        return KillSize(fit=found.fit, limit=found.limit, reach=Reach.FAR)
    return found


def first_kill(
    fits: Iterable[Fit], base: float, limit: MemoryLimit, axis: Axis, sharing: Sharing = ALONE
) -> KillSize | None:
    """Return what the line of the grid says along which growth on ``axis`` meets ``limit`` first.

    Of lines that reach it about as early, one with an interval is preferred. A line that is over the limit from its
    smallest size on shows what the held quantity costs, not growth, and comes last. None without a fit on
    that axis.
    """
    found = [kill_size(fit, base, limit, sharing) for fit in fits if fit.axis == axis]
    sizes = [one.size for one in found if one.size is not None]
    if sizes:
        early = [one for one in found if one.size is not None and one.size <= AS_EARLY * min(sizes)]
        return min(early, key=lambda one: (one.low is None, one.size))
    order = list(Reach)
    return min(found, key=lambda one: (order.index(one.reach), [-number for _, number in one.fit.held]), default=None)
