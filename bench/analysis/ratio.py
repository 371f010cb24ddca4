"""Ratios: how much less, or more, the other implementation takes than the base."""

from __future__ import annotations

from dataclasses import dataclass

from bench.analysis.pairs import paired_ratio
from bench.analysis.summary import Summary
from bench.results.metrics import Kind

NEAR_EXACT_TOLERANCE = 0.01
"""Traced peaks of the same code differ by up to 0.8 %, so a smaller effect says nothing."""

FLOOR = {"bytes": 1_000_000.0}
"""Per unit, the value below which a ratio would rest on next to nothing."""


@dataclass(frozen=True)
class Ratio:
    """A Ratio is the base divided by the other: above 1, the other takes less.

    Of a noisy metric it is the geometric mean over pairs, ``low`` and ``high`` are its 95 % interval, and
    ``told_apart`` says that this excludes 1. Of a near-exact metric it is the centres' ratio, without an interval, and
    ``told_apart`` says that the sides differ by more than the metric's tolerance.
    """

    value: float
    told_apart: bool
    low: float | None = None
    high: float | None = None


def ratio(base: Summary | None, other: Summary | None) -> Ratio | None:
    """Compare two summaries of one metric on one scan.

    None where a side is missing, where a side is too near zero for a ratio to mean anything, and for an exact metric:
    its difference is read from the values.
    """
    if base is None or other is None or base.metric.kind is Kind.EXACT:
        return None
    if min(base.centre, other.centre) <= FLOOR.get(base.metric.unit, 0.0):
        return None
    if base.metric.kind is Kind.NOISY:
        return _paired(base, other)
    value = base.centre / other.centre
    apart = base.low > other.high or other.low > base.high
    return Ratio(value, apart and abs(value - 1) > NEAR_EXACT_TOLERANCE)


def _paired(base: Summary, other: Summary) -> Ratio | None:
    found = paired_ratio(base.samples, other.samples)
    if found is None:
        return None
    low, high = (1 / found.high, 1 / found.low) if found.low and found.high else (None, None)
    return Ratio(1 / found.estimate, found.told_apart, low, high)
