"""The table of pairs: how many a run took of each two implementations, and why no more."""

from __future__ import annotations

from bench.report.table import Column, Content, Table
from bench.results.metrics import METRICS
from bench.results.records import Results
from bench.results.stops import Stop, StopReason
from bench.words import counted, plain

PAIRS_TITLE = "Pairs, and why no more"
ABOUT_PAIRS = """\
This run took pairs until the question about them was decided, the interval was narrow enough, or the time was spent.
Ratios of times are the pairs' Hodges-Lehmann centre, and their intervals hold at every number of pairs at once, so that
stopping where they decide makes them wrong no more often than 5 %."""


def stops_table(results: Results) -> Table | None:
    """Build the table; None for a run whose number of pairs was given."""
    if not results.stops:
        return None
    columns = (
        Column(plain(results.job.noun), Content.LABEL),
        Column("ratio of", Content.LABEL),
        Column("to", Content.LABEL),
        Column("pairs"),
        Column("no more because", Content.LABEL),
    )
    rows = tuple((plain(one.scan), *_sides(one), f"{one.pairs:,}", _reason(one)) for one in results.stops)
    return Table(columns, rows)


def stops_line(results: Results) -> str:
    """Return the same in one line for a terminal; '' for a run whose number of pairs was given."""
    parts = [
        f"{plain(one.scan)} {plain(one.other)}: {counted(one.pairs, 'pair')}, {_reason(one)}" for one in results.stops
    ]
    return f"Pairs: {'; '.join(parts)}" if parts else ""


def _sides(stop: Stop) -> tuple[str, str]:
    metric = METRICS[stop.metric].title.lower()
    return f"{plain(stop.other)}, {metric}", plain(stop.base)


def _reason(stop: Stop) -> str:
    any_change = stop.low == stop.high
    within = f"at most {stop.high:.4g}×" if stop.low == 0 else f"within {stop.low:.4g}× to {stop.high:.4g}×"
    return {
        StopReason.ABOVE: "decided: slower" if any_change else f"decided: over {stop.high:.4g}×",
        StopReason.BELOW: "decided: faster" if any_change else f"decided: below {stop.low:.4g}×",
        StopReason.WITHIN: f"decided: {within}",
        StopReason.PRECISE: "interval narrow enough",
        StopReason.BUDGET: "time spent",
        StopReason.FAILED: "one of the two failed",
    }[stop.reason]
