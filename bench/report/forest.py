"""The forest chart: every ratio of times with its interval, over what the same code shows against itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.analysis.noise import chance
from bench.analysis.ratio import Ratio, ratio
from bench.analysis.summary import Summaries
from bench.analysis.verdict import Verdict
from bench.report.cells import ratio_text
from bench.report.charts import short_name
from bench.report.headline import TIME
from bench.results.records import Results

FOREST_CHART_NAME = "time-ratios"
"""Its file name too; it is not drawn where no ratio has an interval."""


@dataclass(frozen=True, kw_only=True)
class ForestRow:
    """A ForestRow is one ratio, base ÷ other: above 1 the other is faster. ``colour`` is the other's place in the run.

    ``low`` and ``high`` are the ends of its 95 % interval; None where there are too few pairs for one.
    """

    label: str
    text: str
    colour: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class ForestChart:
    """A ForestChart is rows from top to bottom, and the factor by which equal code differs by chance, if known."""

    name: str
    title: str
    alt: str
    x_label: str
    rows: tuple[ForestRow, ...]
    floor: float | None
    floor_label: str


def forest_chart(results: Results, summaries: Summaries, verdict: Verdict) -> ForestChart | None:
    """Build the chart of wall time against the first implementation; None where no ratio has an interval."""
    rows = tuple(_rows(results, summaries, verdict))
    if all(row.low is None for row in rows):
        return None
    base = short_name(results.implementations[0])
    pairs = max(len(one.samples) for one in results.measurements if one.metric == TIME.name)
    floor = chance(results.noise_floor, TIME.name, pairs)
    told = "; ".join(f"{row.label}: {row.text}" for row in rows)
    return ForestChart(
        name=FOREST_CHART_NAME,
        title=_title(rows, base),
        alt=f"Ratios of wall time to {base} with 95 % intervals over {pairs} pairs. {told}.",
        x_label=f"wall time of {base} ÷ wall time of the other: right of 1 the other is faster",
        rows=rows,
        floor=floor,
        floor_label=f"equal code differs so far by chance, {pairs} pairs",
    )


def _rows(results: Results, summaries: Summaries, verdict: Verdict) -> Iterator[ForestRow]:
    for dataset in results.datasets:
        first = results.implementations[0]
        for colour, name in enumerate(results.implementations[1:], start=1):
            if not verdict.may_compare(dataset.scan, first, name):
                continue
            found = ratio(*(summaries.get(dataset.scan, one, TIME.name) for one in (first, name)))
            if found is not None:
                yield _row(f"{short_name(dataset.scan)}, {short_name(name)}", colour, found)


def _row(label: str, colour: int, found: Ratio) -> ForestRow:
    text = ratio_text(found)
    return ForestRow(label=label, text=text, colour=colour, value=found.value, low=found.low, high=found.high)


def _title(rows: tuple[ForestRow, ...], base: str) -> str:
    apart = tuple(row for row in rows if row.low is not None and row.high is not None and not row.low <= 1 <= row.high)
    if not apart:
        return f"No wall time is told apart from that of {base}"
    if len(rows) == 1:
        return f"Wall time, {rows[0].label}: {rows[0].text} than {base}"
    best = max(apart, key=lambda row: max(row.value, 1 / row.value))
    count = f"{len(apart)} of {len(rows)} wall times are told apart from that of {base}"
    return f"{count}, most of all {best.label}: {best.text}"
