"""The charts of a run: peak heap by rows, heap over time, time by size, and ratios of times."""

from __future__ import annotations

from collections.abc import Iterator

from bench.analysis.noise import chance
from bench.analysis.ratio import ratio
from bench.analysis.run_verdict import RunVerdict
from bench.analysis.summary import Summaries
from bench.report.figures import Scale, quantity, ratio_text, scale
from bench.report.plots.chart import Chart, ForestChart, ForestRow, Line
from bench.report.tables.overview import PEAK, TIME
from bench.results.metrics import METRICS
from bench.results.records import Dataset, HeapSeries, Results
from bench.words import enumerated, plain, shorten

CHART_NAMES = ("peak-heap-by-rows", "heap-over-time", "time-by-size")
"""The names of all charts, which are their file names too; one without data is not drawn."""

LOGARITHMIC_FROM = 30
"""Largest over smallest value from which an axis is logarithmic: below, straight growth reads better as a line."""

_NAME_WIDTH = 26
_SCAN_WIDTH = 14
_MOST_NAMED = 3


def charts(results: Results, summaries: Summaries, verdict: RunVerdict) -> Iterator[Chart]:
    """Yield the charts for which the run has data, in the order of ``CHART_NAMES``."""
    for chart in (
        _peak_chart(results, summaries, verdict),
        _heap_chart(results),
        _time_chart(results, summaries, verdict),
    ):
        if chart is not None:
            yield chart


def _peak_chart(results: Results, summaries: Summaries, verdict: RunVerdict) -> Chart | None:
    # Of a grid, one data set stands for each number of rows: a line through all of them would go up and down.
    by_rows = {d.rows: d for d in sorted(results.datasets, key=lambda dataset: dataset.order)}
    datasets = list(by_rows.values())
    peaks = {
        name: [
            (float(dataset.rows), peak)
            for dataset in datasets
            if (peak := summaries.centre(dataset.scan, name, PEAK.name)) is not None
        ]
        for name in results.implementations
    }
    values = [peak for points in peaks.values() for _, peak in points]
    if not values:
        return None
    shown = scale(PEAK.unit, values)
    lines = tuple(
        Line(
            label=f"{short_name(name)} {quantity(PEAK.unit, points[-1][1])}",
            colour=results.implementations.index(name),
            points=tuple((rows, peak / shown.size) for rows, peak in points),
        )
        for name, points in peaks.items()
        if points
    )
    largest = max((d for d in datasets if _measured(results, summaries, d, PEAK.name)), key=lambda d: d.rows)
    described = {
        name: enumerated(tuple(f"{quantity(PEAK.unit, peak)} at {rows:,.0f} rows" for rows, peak in at))
        for name, at in peaks.items()
    }
    alt = "; ".join(f"{short_name(name)}: {described[name]}" for name, at in peaks.items() if at)
    return Chart(
        name=CHART_NAMES[0],
        title=f"At {largest.rows:,} rows the heap peaks at {_message(results, summaries, verdict, largest, PEAK.name)}",
        alt=f"Peak heap against rows written. {alt}.",
        x_label="rows" + ("" if len(datasets) == len(results.datasets) else f", {_largest_of_each(results)}"),
        y_label=f"peak heap, {shown.symbol}",
        lines=lines,
        x_logarithmic=_wide([rows for points in peaks.values() for rows, _ in points]),
        y_logarithmic=_wide(values),
    )


def _heap_chart(results: Results) -> Chart | None:
    known = {series.scan for series in results.heap if series.points}
    datasets = [dataset for dataset in results.datasets if dataset.scan in known]
    if not datasets:
        return None
    largest = max(datasets, key=lambda dataset: dataset.rows)
    of_scan = [series for series in results.heap if series.scan == largest.scan and series.points]
    of_scan.sort(key=lambda series: _place(results, series.implementation))
    # By the largest alone: a heap begins near nothing, which no axis needs digits for.
    shown = scale("bytes", [max(max(p.heap_bytes, p.rss_bytes) for one in of_scan for p in one.points)])
    lines = [line for series in of_scan for line in _heap_lines(series, _place(results, series.implementation), shown)]
    peaks = [(one.implementation, float(max(point.heap_bytes for point in one.points))) for one in of_scan]
    alt = "; ".join(
        f"{short_name(series.implementation)}: heap up to "
        f"{quantity('bytes', max(point.heap_bytes for point in series.points))}, RSS up to "
        f"{quantity('bytes', max(point.rss_bytes for point in series.points))}, over "
        f"{quantity('seconds', series.points[-1].seconds)} under the tracer"
        for series in of_scan
    )
    return Chart(
        name=CHART_NAMES[1],
        title=f"While {largest.rows:,} rows are written, the heap reaches {_values('bytes', peaks)}",
        alt=f"Heap and RSS over time on {_scan(largest)}. {alt}.",
        x_label="seconds under the memory tracer, which is no measure of time",
        y_label=f"{shown.symbol}; solid: heap, dashed: RSS of the process",
        lines=tuple(lines),
    )


def _heap_lines(series: HeapSeries, colour: int, shown: Scale) -> Iterator[Line]:
    for what, dashed in (("heap", False), ("RSS", True)):
        yield Line(
            label=f"{short_name(series.implementation)} {what}",
            colour=colour,
            points=tuple(
                (point.seconds, (point.rss_bytes if dashed else point.heap_bytes) / shown.size)
                for point in series.points
            ),
            markers=False,
            dashed=dashed,
        )


def _time_chart(results: Results, summaries: Summaries, verdict: RunVerdict) -> Chart | None:
    datasets = sorted(
        (d for d in results.datasets if _measured(results, summaries, d, TIME.name)), key=lambda d: d.rows
    )
    lines = []
    described = []
    samples: list[float] = []
    for colour, name in enumerate(results.implementations):
        known = [
            (float(place), summary)
            for place, dataset in enumerate(datasets)
            if (summary := summaries.get(dataset.scan, name, TIME.name)) is not None
        ]
        if not known:
            continue
        samples += [sample for _, summary in known for sample in summary.samples]
        # Beside one another, so that the samples of one implementation do not cover those of the next.
        shift = (colour - (len(results.implementations) - 1) / 2) * min(0.12, 0.5 / len(results.implementations))
        lines.append(
            Line(
                label=f"{short_name(name)} {quantity(TIME.unit, known[-1][1].centre)}",
                colour=colour,
                points=tuple((place + shift, summary.centre) for place, summary in known),
                dots=tuple((place + shift, sample) for place, summary in known for sample in summary.samples),
            )
        )
        medians = tuple(f"{quantity(TIME.unit, s.centre)} at {_scan(datasets[int(place)])}" for place, s in known)
        described.append(f"{short_name(name)}: {enumerated(medians)}")
    if not lines:
        return None
    message = _message(results, summaries, verdict, datasets[-1], TIME.name)
    return Chart(
        name=CHART_NAMES[2],
        title=f"{_scan(datasets[-1])} takes {message}",
        alt=f"Wall time by {_kind(results)}, medians. {'; '.join(described)}.",
        x_label=f"{_kind(results)} and rows",
        y_label="seconds; line: medians, dots: samples",
        lines=tuple(lines),
        x_ticks=tuple((float(place), f"{_scan(d)}\n{d.rows:,} rows") for place, d in enumerate(datasets)),
        y_logarithmic=_wide(samples),
    )


def _message(results: Results, summaries: Summaries, verdict: RunVerdict, dataset: Dataset, metric: str) -> str:
    """Say a metric's value for each implementation on one scan, and the ratio where there is one of two."""
    known = [
        (name, summary)
        for name in results.implementations
        if (summary := summaries.get(dataset.scan, name, metric)) is not None
    ]
    values = _values(METRICS[metric].unit, [(name, summary.centre) for name, summary in known])
    if len(known) != 2 or not verdict.may_compare(dataset.scan, known[0][0], known[1][0]):
        return values
    found = ratio(known[0][1], known[1][1])
    if found is None:
        return values
    return f"{values}: {ratio_text(found, interval=False) if found.distinguished else 'not distinguishable'}"


def _values(unit: str, known: list[tuple[str, float]]) -> str:
    """Say the value of each implementation; only the lowest and the highest where a title would get too long."""
    if len(known) > _MOST_NAMED:
        ends = min(known, key=lambda one: one[1]), max(known, key=lambda one: one[1])
        return " to ".join(f"{quantity(unit, value)} ({short_name(name)})" for name, value in ends)
    return enumerated(tuple(f"{quantity(unit, value)} ({short_name(name)})" for name, value in known))


def _measured(results: Results, summaries: Summaries, dataset: Dataset, metric: str) -> bool:
    return any(summaries.get(dataset.scan, name, metric) is not None for name in results.implementations)


def _place(results: Results, implementation: str) -> int:
    names = results.implementations
    return names.index(implementation) if implementation in names else len(names)


def short_name(name: str) -> str:
    """Return the name of an implementation, or of a scan, as charts have room for it."""
    return shorten(plain(name), _NAME_WIDTH)


def _kind(results: Results) -> str:
    """What data sets are called, with what their numbers count: ``size (customers/invoices)``."""
    noun, numbers = plain(results.job.noun), "/".join(map(plain, results.job.size))
    return f"{noun} ({numbers})" if numbers and numbers != noun else noun


def _largest_of_each(results: Results) -> str:
    return f"each with the largest {plain(results.job.noun)} measured"


def _scan(dataset: Dataset) -> str:
    return shorten(plain(dataset.scan), _SCAN_WIDTH)


def _wide(values: list[float]) -> bool:
    """Whether positive ``values`` span so much that an axis of theirs should be logarithmic."""
    return min(values) > 0 and max(values) / min(values) >= LOGARITHMIC_FROM


FOREST_CHART_NAME = "time-ratios"
"""Its file name too; it is not drawn where no ratio has an interval."""


def forest_chart(results: Results, summaries: Summaries, verdict: RunVerdict) -> ForestChart | None:
    """Build the chart of wall time against the first implementation; None if no ratio has an interval."""
    rows = tuple(_rows(results, summaries, verdict))
    if all(row.low is None for row in rows):
        return None
    base = short_name(results.implementations[0])
    pairs = max(len(one.samples) for one in results.measurements if one.metric == TIME.name)
    up_to = "up to " if results.stops else ""
    floor = chance(results.noise_floor, TIME.name, pairs)
    described = "; ".join(f"{row.label}: {row.text}" for row in rows)
    return ForestChart(
        name=FOREST_CHART_NAME,
        title=_title(rows, base),
        alt=f"Ratios of wall time to {base} with 95 % intervals over {up_to}{pairs} pairs. {described}.",
        x_label=f"wall time of the other ÷ wall time of {base}: left of 1 the other is faster",
        rows=rows,
        floor=floor,
        floor_label=f"equal code differs so far by chance, {pairs} pairs",
    )


def _rows(results: Results, summaries: Summaries, verdict: RunVerdict) -> Iterator[ForestRow]:
    for dataset in results.datasets:
        first = results.implementations[0]
        for colour, name in enumerate(results.implementations[1:], start=1):
            if not verdict.may_compare(dataset.scan, first, name):
                continue
            found = ratio(*(summaries.get(dataset.scan, one, TIME.name) for one in (first, name)))
            if found is not None:
                yield ForestRow(
                    label=f"{short_name(dataset.scan)}, {short_name(name)}",
                    text=ratio_text(found),
                    colour=colour,
                    value=found.value,
                    low=found.low,
                    high=found.high,
                )


def _title(rows: tuple[ForestRow, ...], base: str) -> str:
    apart = tuple(row for row in rows if row.low is not None and row.high is not None and not row.low <= 1 <= row.high)
    if not apart:
        return f"No wall time is distinguishable from that of {base}"
    if len(rows) == 1:
        return f"Wall time, {rows[0].label}: {rows[0].text} than {base}"
    best = max(apart, key=lambda row: max(row.value, 1 / row.value))
    count = f"{len(apart)} of {len(rows)} wall times are distinguishable from that of {base}"
    return f"{count}, most of all {best.label}: {best.text}"
