"""The chart of wall time against the first implementation: every ratio with its interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.analysis.noise import chance
from bench.analysis.ratio import Ratio, ratio
from bench.analysis.run_verdict import RunVerdict
from bench.analysis.summary import Summaries
from bench.report.figures import ratio_text
from bench.report.plots.chart import ForestChart, ForestRow
from bench.report.plots.palette import slots
from bench.report.plots.titles import short_name
from bench.report.tables.overview import TIME
from bench.results.records import Results

FOREST_CHART_NAME = "time-ratios"
"""Its file name too; it is not drawn where no ratio has an interval."""


@dataclass(frozen=True)
class _Found:
    """One ratio that may be claimed."""

    scan: str
    name: str
    ratio: Ratio


def forest_chart(results: Results, summaries: Summaries, verdict: RunVerdict) -> ForestChart | None:
    """Build the chart; None if no ratio has an interval."""
    found = tuple(_ratios(results, summaries, verdict))
    if all(one.ratio.low is None for one in found):
        return None
    places = slots(results.implementations)
    rows = tuple(
        ForestRow(
            label=f"{one.scan}, {one.name}",
            text=ratio_text(one.ratio),
            colour=places[name],
            value=one.ratio.value,
            low=one.ratio.low,
            high=one.ratio.high,
        )
        for name, one in ((one.name, _shortened(one)) for one in found)
    )
    base = short_name(results.implementations[0])
    pairs = max(len(one.samples) for one in results.measurements if one.metric == TIME.name)
    up_to = "up to " if results.stops else ""
    described = "; ".join(f"{row.label}: {row.text}" for row in rows)
    return ForestChart(
        name=FOREST_CHART_NAME,
        title=_title([_shortened(one) for one in found], base),
        alt=f"Ratios of wall time to {base} with 95 % intervals over {up_to}{pairs} pairs. {described}.",
        x_label=f"wall time of the other ÷ wall time of {base}: left of 1 the other is faster",
        rows=rows,
        floor=_floor(results, [one.scan for one in found], pairs),
        floor_label=f"shaded: equal code differs so far by chance, {pairs} pairs",
    )


def _floor(results: Results, scans: list[str], pairs: int) -> float | None:
    """Return the largest of the machines' noise floors; None where that of one is not known."""
    found = [chance(results.noise_floor_of(scan), TIME.name, pairs) for scan in scans]
    known = [one for one in found if one is not None]
    return max(known) if known and len(known) == len(found) else None


def _ratios(results: Results, summaries: Summaries, verdict: RunVerdict) -> Iterator[_Found]:
    first = results.implementations[0] if results.implementations else ""
    for dataset in results.datasets:
        for name in results.implementations[1:]:
            if verdict.may_compare(dataset.scan, first, name):
                found = ratio(*(summaries.get(dataset.scan, one, TIME.name) for one in (first, name)))
                if found is not None:
                    yield _Found(dataset.scan, name, found)


def _shortened(one: _Found) -> _Found:
    return _Found(short_name(one.scan), short_name(one.name), one.ratio)


def _title(found: list[_Found], base: str) -> str:
    apart = [one for one in found if one.ratio.low is not None and one.ratio.distinguished]
    if not apart:
        return f"No wall time is distinguishable from that of {base}"
    best = max(apart, key=lambda one: max(one.ratio.value, 1 / one.ratio.value))
    claim = f"{best.name} is {ratio_text(best.ratio)} than {base} on {best.scan}"
    if len(found) == 1:
        return claim
    return f"{claim}; {len(apart)} of {len(found)} wall times are distinguishable from that of {base}"
