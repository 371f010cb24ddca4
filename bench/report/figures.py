"""Figures: how a value with its unit, a change, a spread and a ratio read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.analysis.ratio import Ratio, ratio_words
from bench.analysis.summary import Summary
from bench.results.metrics import Kind

MEGABYTE = 1_000_000
"""Decimal, as the pull request's figures are read here; every other byte unit follows from it."""

MISSING = "–"

_STEPS = {
    "bytes": ((MEGABYTE * 1_000, "GB"), (MEGABYTE, "MB"), (MEGABYTE / 1_000, "kB"), (1, "B")),
    "seconds": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")),
}
"""Units of each measured unit, largest first, with their size in it. Counts have none and are never scaled."""


@dataclass(frozen=True)
class Scale:
    """A Scale turns values of a unit into figures: how large the shown unit is, its symbol, and the decimals."""

    size: float
    symbol: str
    decimals: int

    def figure(self, value: float) -> str:
        """Return ``value`` without the unit's symbol, thousands separated."""
        return f"{value / self.size:,.{self.decimals}f}"

    def quantity(self, value: float) -> str:
        """Return ``value`` with the unit's symbol."""
        return f"{self.figure(value)} {self.symbol}".rstrip()


def scale(unit: str, values: Iterable[float]) -> Scale:
    """Choose the scale at which ``values`` are read together.

    The unit is the largest of which the largest value holds one and the smallest a tenth, zeros aside. The decimals
    give the smallest value three digits where two decimals reach that, and never fewer than one digit.
    """
    known = sorted(abs(value) for value in values if value)
    largest, smallest = (known[-1], known[0]) if known else (0.0, 0.0)
    steps = _STEPS.get(unit)
    if steps is None:
        return Scale(1, "", 0 if all(value == int(value) for value in known) else 1)
    size, symbol = next((step for step in steps if largest >= step[0] and smallest >= step[0] / 10), steps[-1])
    if size == 1 and unit == "bytes":
        return Scale(size, symbol, 0)
    return Scale(size, symbol, _decimals(smallest / size))


def _decimals(value: float) -> int:
    if value >= 100:
        return 0
    if value >= 10:
        return 1
    if value >= 0.1 or value == 0:
        return 2
    return 3


def quantity(unit: str, value: float | None) -> str:
    """Return one value with its unit at its own scale; a dash for None."""
    return MISSING if value is None else scale(unit, (value,)).quantity(value)


def change(unit: str, values: Sequence[float | None]) -> str:
    """Return ``values`` joined by arrows at one scale, the unit once: ``99.2 → 45.2 MB``.

    A dash stands for each None, and the others then carry the unit themselves: ``99.2 MB → –``.
    """
    known = [value for value in values if value is not None]
    if not known:
        return MISSING
    shown = scale(unit, known)
    if len(known) < len(values):
        return " → ".join(MISSING if value is None else shown.quantity(value) for value in values)
    return f"{' → '.join(map(shown.figure, known))} {shown.symbol}".rstrip()


def deviation(value: float | None, published: float | None) -> str:
    """Return by how much ``value`` deviates from ``published``, in percent with its sign."""
    if value is None or not published:
        return MISSING
    percent = (value / published - 1) * 100
    return f"{percent:+.0f} %".replace("-", "−").replace("+0 %", "0 %").replace("−0 %", "0 %")


def ratio_text(found: Ratio | None, *, interval: bool = True) -> str:
    """Return a ratio in words; a dash if there is none."""
    return MISSING if found is None else ratio_words(found, interval=interval)


def value_text(summary: Summary | None) -> str:
    """Return a summary's centre with its unit; an exact metric whose samples differ shows their range."""
    if summary is None:
        return MISSING
    if summary.metric.kind is Kind.EXACT and not summary.repeats:
        shown = scale(summary.metric.unit, (summary.low, summary.high))
        return f"{shown.figure(summary.low)}–{shown.quantity(summary.high)}"
    return scale(summary.metric.unit, (summary.centre,)).quantity(summary.centre)


def change_text(summaries: Sequence[Summary | None]) -> str:
    """Return the values of one metric joined by arrows at one scale, the unit once; a dash for each that is missing."""
    known = [summary for summary in summaries if summary is not None]
    if not known:
        return MISSING
    if known[0].metric.kind is Kind.EXACT:
        return " → ".join(map(value_text, summaries))
    return change(known[0].metric.unit, [None if summary is None else summary.centre for summary in summaries])


def spread_text(summary: Summary | None) -> str:
    """Return a summary's centre with its spread: ``8.61 (8.20–9.05) s``; the value alone where all samples agree."""
    if summary is None:
        return MISSING
    if summary.repeats or summary.metric.kind is Kind.EXACT:
        return value_text(summary)
    shown = scale(summary.metric.unit, (summary.low, summary.centre, summary.high))
    low, centre, high = map(shown.figure, (summary.low, summary.centre, summary.high))
    if low == high:
        return shown.quantity(summary.centre)
    return f"{centre} ({low}–{high}) {shown.symbol}".rstrip()
