"""Ratios: how much less, or more, the other implementation takes than the base."""

from __future__ import annotations

from dataclasses import dataclass

from bench.analysis.summary import Summary
from bench.contract import Kind

FEWEST_TO_TELL = 4
"""Samples a side below which no rank test of two noisy sides reaches 5 %: two of 3 separate by chance once in ten."""

NEAR_EXACT_TOLERANCE = 0.01
"""Traced peaks of the same code differ by up to 0.8 %, so a smaller effect says nothing."""

FLOOR = {"bytes": 1_000_000.0}
"""Per unit, the value below which a ratio would rest on next to nothing."""


@dataclass(frozen=True)
class Ratio:
    """A Ratio is the base's centre divided by the other's: above 1, the other takes less.

    ``told_apart`` says whether the samples of the two sides are distinct beyond what the metric's kind allows honest
    repetitions. It is a first look at separate samples, not a test of pairs.
    """

    value: float
    told_apart: bool


def ratio(base: Summary | None, other: Summary | None) -> Ratio | None:
    """Compare two summaries of one metric on one scan.

    None where a side is missing, where a side is too near zero for a ratio to mean anything, and for an exact metric:
    its difference is read from the values.
    """
    if base is None or other is None or base.metric.kind is Kind.EXACT:
        return None
    if min(base.centre, other.centre) <= FLOOR.get(base.metric.unit, 0.0):
        return None
    value = base.centre / other.centre
    apart = base.low > other.high or other.low > base.high
    if base.metric.kind is Kind.NOISY:
        apart = apart and min(len(base.samples), len(other.samples)) >= FEWEST_TO_TELL
    else:
        apart = apart and abs(value - 1) > NEAR_EXACT_TOLERANCE
    return Ratio(value, apart)
