"""A distribution given by a few of its quantiles."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True)
class Curve:
    """A Curve is a distribution's quantile function through ``knots``, pairs of (share from 0 to 1, value above 0).

    Between knots the value grows geometrically, because lengths and counts here are skewed like a log-normal.
    """

    knots: tuple[tuple[float, float], ...]

    def at(self, share: float) -> int:
        """Return the value below which ``share`` of the distribution lies, rounded."""
        upper = min(bisect_right(self.knots, share, key=lambda knot: knot[0]), len(self.knots) - 1)
        (start, low), (end, high) = self.knots[upper - 1], self.knots[upper]
        growth: float = (high / low) ** ((share - start) / (end - start))
        return round(low * growth)

    def sample(self, count: int) -> list[int]:
        """Return ``count`` values in ascending order, evenly spaced from the first knot to the last (at least two)."""
        return [self.at(position / (count - 1)) for position in range(count)]
