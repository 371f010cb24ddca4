"""Ratios within a run: other ÷ base, so below 1 the other implementation takes less. Also how a ratio reads."""

from __future__ import annotations

from dataclasses import dataclass

from bench.analysis.sequence import ratio_of_pairs
from bench.analysis.summary import Summary
from bench.results.metrics import Kind

FLOOR = {"bytes": 1_000_000.0}
"""Per unit, the value below which a ratio would rest on next to nothing."""
FLOOR_TEXT = {"bytes": "1 MB"}


@dataclass(frozen=True)
class Ratio:
    """A Ratio is the other divided by the base: below 1, the other takes less.

    Of a noisy metric it is the centre of the pairs' ratios, ``low`` and ``high`` are its 95 % interval, and
    ``distinguished`` says that the interval excludes 1. Of a near-exact metric it is the centres' ratio, without an
    interval, and ``distinguished`` says that the sides differ by more than the metric's tolerance.
    """

    value: float
    distinguished: bool
    low: float | None = None
    high: float | None = None
    unit: str = ""


def ratio(base: Summary | None, other: Summary | None) -> Ratio | None:
    """Compare two summaries of one metric on one scan.

    None if a side is missing or not above FLOOR, and for an exact metric: its difference is read from the values.
    """
    if base is None or other is None or base.metric.kind is Kind.EXACT:
        return None
    unit = base.metric.unit
    floor = FLOOR.get(unit, 0.0)
    if min(base.centre, other.centre) <= floor:
        return None
    if base.metric.kind is Kind.NOISY:
        found = ratio_of_pairs(base, other)
        return None if found is None else Ratio(found.estimate, found.distinguished, found.low, found.high, unit)
    value = other.centre / base.centre
    apart = base.low > other.high or other.low > base.high
    return Ratio(value, apart and abs(value - 1) > base.metric.repeats_to, unit=unit)


def ratio_words(found: Ratio, *, interval: bool = True) -> str:
    """Return a ratio as people read it: ``2.25× less``, with its interval ``1.19× faster (1.08–1.31)``.

    ``~`` stands before one that does not distinguish the two sides.
    """
    fewer, more = ("faster", "slower") if found.unit == "seconds" else ("less", "more")
    size, word = (1 / found.value, fewer) if found.value <= 1 else (found.value, more)
    mark = "" if found.distinguished else "~"
    digits = 2 if size < 10 else 1
    text = f"{mark}{size:.{digits}f}× {word}"
    if not interval or found.low is None or found.high is None:
        return text
    low, high = (1 / found.high, 1 / found.low) if found.value <= 1 else (found.low, found.high)
    return f"{text} ({low:.{digits}f}–{high:.{digits}f})"
