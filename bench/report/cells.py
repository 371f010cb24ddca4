"""Cells: how one summary, a change between summaries and a ratio read."""

from __future__ import annotations

from collections.abc import Sequence

from bench.analysis.ratio import Ratio
from bench.analysis.summary import Summary
from bench.report.units import MISSING, change, scale
from bench.results.metrics import Kind


def ratio_text(found: Ratio | None, *, interval: bool = True) -> str:
    """Return a ratio in words: ``2.2× less``, with its interval where it has one: ``1.19× less (1.08–1.31)``.

    ``~`` stands before one whose sides are not told apart.
    """
    if found is None:
        return MISSING
    size, word = (found.value, "less") if found.value >= 1 else (1 / found.value, "more")
    mark = "" if found.told_apart else "~"
    digits = 2 if size < 10 else 1
    text = f"{mark}{size:.{digits}f}× {word}"
    if not interval or found.low is None or found.high is None:
        return text
    low, high = (found.low, found.high) if word == "less" else (1 / found.high, 1 / found.low)
    return f"{text} ({low:.{digits}f}–{high:.{digits}f})"


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
