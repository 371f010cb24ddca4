"""The charts of a run: peak heap by rows, heap over time, and time by size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from bench.analysis.comparable import of_one_machine
from bench.analysis.run_verdict import RunVerdict
from bench.analysis.summary import Summaries, Summary
from bench.report.figures import Scale, quantity, scale
from bench.report.plots.chart import Bar, BarChart, Chart, Line, Panel, PanelChart
from bench.report.plots.palette import slots
from bench.report.plots.titles import memory_title, short_name, time_title
from bench.report.tables.overview import PEAK, TIME
from bench.results.metrics import METRICS, Kind
from bench.results.records import Dataset, Results
from bench.words import enumerated, plain, shorten

CHART_NAMES = ("peak-heap-by-rows", "heap-over-time", "time-by-size")
"""Their names, which are their file names too; one without data is not drawn."""

LOGARITHMIC_FROM = 30
"""Largest over smallest value from which an axis is logarithmic: below, straight growth reads better as a line."""

_SCAN_WIDTH = 14
_MOST_NAMED = 3


def charts(results: Results, summaries: Summaries, verdict: RunVerdict) -> Iterator[Chart | BarChart | PanelChart]:
    """Yield the charts for which the run has data, in the order of ``CHART_NAMES``."""
    for chart in (
        _peak_chart(results, summaries, verdict),
        _heap_chart(results, summaries),
        _time_chart(results, summaries, verdict),
    ):
        if chart is not None:
            yield chart


def _peak_chart(results: Results, summaries: Summaries, verdict: RunVerdict) -> Chart | BarChart | None:
    # Of a grid, one data set stands for each number of rows: a line through all of them would go up and down.
    datasets = _one_for_each(results.datasets, lambda dataset: dataset.rows)
    datasets = [one for one in datasets if _measured(results, summaries, one, PEAK.name)]
    if not datasets:
        return None
    largest = datasets[-1]
    where = f"at {largest.rows:,} rows"
    title = memory_title(results, summaries, verdict, largest.scan, where) or (
        f"{where.capitalize()} the heap peaks at {_values_of(results, summaries, largest, PEAK.name)}"
    )
    if len(datasets) == 1:
        return _bar_chart(results, summaries, largest, PEAK.name, CHART_NAMES[0], title)
    known = _known(results, summaries, datasets, PEAK.name)
    shown = scale(PEAK.unit, [summary.centre for of_name in known.values() for _, summary in of_name])
    described = _described(known, lambda dataset: f"{dataset.rows:,} rows")
    values = [summary.centre for of_name in known.values() for _, summary in of_name]
    return Chart(
        name=CHART_NAMES[0],
        title=title,
        alt=f"Peak heap against rows written. {described}.",
        x_label="rows" + ("" if len(datasets) == len(results.datasets) else f", {_largest_of_each(results)}"),
        y_label=f"peak heap, {shown.symbol}",
        lines=tuple(
            Line(
                label=_end_label(name, of_name, largest),
                colour=_slots(results)[name],
                points=tuple((float(one.rows), summary.centre / shown.size) for one, summary in of_name),
            )
            for name, of_name in known.items()
        ),
        x_ticks=tuple((float(one.rows), f"{one.rows:,}\n{_scan(one)}") for one in datasets),
        x_true=True,
        x_logarithmic=_wide([float(one.rows) for one in datasets]),
        y_logarithmic=_wide(values),
    )


def _heap_chart(results: Results, summaries: Summaries) -> PanelChart | None:
    known = {series.scan for series in results.heap if series.points}
    datasets = [dataset for dataset in results.datasets if dataset.scan in known]
    if not datasets:
        return None
    largest = max(datasets, key=lambda dataset: dataset.order)
    names = (*results.implementations, *(series.implementation for series in results.heap))
    order = list(dict.fromkeys(names))
    of_scan = [series for series in results.heap if series.scan == largest.scan and series.points]
    of_scan.sort(key=lambda series: order.index(series.implementation))
    # By the largest alone: a heap begins near nothing, which no axis needs digits for.
    shown = scale("bytes", [max(point.heap_bytes for one in of_scan for point in one.points)])
    # The peak is the tracer's own figure, as everywhere; the series has the heap at regular moments only.
    peaks = {
        one.implementation: summaries.centre(largest.scan, one.implementation, PEAK.name)
        or float(max(point.heap_bytes for point in one.points))
        for one in of_scan
    }
    alt = "; ".join(
        f"{short_name(one.implementation)}: heap up to {quantity('bytes', peaks[one.implementation])}, RSS up to "
        f"{quantity('bytes', max(point.rss_bytes for point in one.points))} with what the tracer itself takes, over "
        f"{quantity('seconds', one.points[-1].seconds)} under the tracer"
        for one in of_scan
    )
    return PanelChart(
        name=CHART_NAMES[1],
        title=f"While {largest.rows:,} rows are written, the heap reaches {_values('bytes', list(peaks.items()))}",
        alt=f"Heap over time on {_scan(largest)}, a panel for each implementation. {alt}.",
        x_label="seconds under the memory tracer, which is no measure of time",
        y_label=f"heap, {shown.symbol}",
        panels=tuple(
            Panel(
                label=short_name(series.implementation),
                text=f"peak {quantity('bytes', peaks[series.implementation])}",
                colour=slots(names)[series.implementation],
                points=tuple((point.seconds, point.heap_bytes / shown.size) for point in series.points),
            )
            for series in of_scan
        ),
    )


def _time_chart(results: Results, summaries: Summaries, verdict: RunVerdict) -> Chart | BarChart | None:
    known_times = [one for one in results.datasets if _measured(results, summaries, one, TIME.name)]
    measured = of_one_machine(results, known_times)
    if not measured:
        return None
    axis, place = _axis_of(results, measured)
    datasets = _one_for_each(measured, place)
    largest = datasets[-1]
    title = time_title(results, summaries, verdict, largest.scan, f"on {_scan(largest)}") or (
        f"{_scan(largest)} takes {_values_of(results, summaries, largest, TIME.name)}"
    )
    if len(datasets) == 1:
        return _bar_chart(results, summaries, largest, TIME.name, CHART_NAMES[2], title)
    known = _known(results, summaries, datasets, TIME.name)
    samples = [sample for of_name in known.values() for _, summary in of_name for sample in summary.samples]
    shown = scale(TIME.unit, [min(samples), max(samples)])
    return Chart(
        name=CHART_NAMES[2],
        title=title,
        alt=f"Wall time by {_kind(results)}, medians. {_described(known, _scan)}.",
        x_label=f"{axis}, below it the {_kind(results)}{_of_machine(results, measured, known_times)}",
        y_label=f"{_unit_word(shown)}; line: medians, dots: samples",
        lines=tuple(
            Line(
                label=_end_label(name, of_name, largest),
                colour=_slots(results)[name],
                points=tuple((float(place(one)), summary.centre / shown.size) for one, summary in of_name),
                dots=tuple(
                    (float(place(one)), sample / shown.size) for one, summary in of_name for sample in summary.samples
                ),
            )
            for name, of_name in known.items()
        ),
        x_ticks=tuple((float(place(one)), f"{place(one):,}\n{_scan(one)}") for one in datasets),
        x_true=True,
        x_logarithmic=_wide([float(place(one)) for one in datasets]),
        y_logarithmic=_wide(samples),
    )


def _of_machine(results: Results, measured: Sequence[Dataset], known: Sequence[Dataset]) -> str:
    """Say on which machine all that is shown was measured, where others measured some as well."""
    if len(measured) == len(known) or (node := results.node_of(measured[0].scan)) is None:
        return ""
    return f"; those measured on machines like {shorten(plain(node.name), _SCAN_WIDTH)}"


def _bar_chart(
    results: Results, summaries: Summaries, dataset: Dataset, metric: str, name: str, title: str
) -> BarChart:
    """Draw a single data set as bars: with one place only, an axis of sizes would be empty."""
    known = {
        implementation: summary
        for implementation in results.implementations
        if (summary := summaries.get(dataset.scan, implementation, metric)) is not None
    }
    described = METRICS[metric]
    samples = [sample for summary in known.values() for sample in summary.samples]
    shown = scale(described.unit, [max(samples)])
    noisy = described.kind is Kind.NOISY
    alt = "; ".join(f"{short_name(one)}: {quantity(described.unit, found.centre)}" for one, found in known.items())
    case = f"{_scan(dataset)}, {dataset.rows:,} rows"
    return BarChart(
        name=name,
        title=title,
        alt=f"{described.title} on {case}{', medians' if noisy else ''}. {alt}.",
        x_label=f"{described.title.lower()} on {case}, {_unit_word(shown)}" + ("; dots: samples" if noisy else ""),
        bars=tuple(
            Bar(
                label=short_name(one),
                text=quantity(described.unit, found.centre),
                colour=_slots(results)[one],
                value=found.centre / shown.size,
                dots=tuple(sample / shown.size for sample in found.samples) if noisy else (),
            )
            for one, found in known.items()
        ),
    )


_Known = dict[str, list[tuple[Dataset, Summary]]]


def _known(results: Results, summaries: Summaries, datasets: Sequence[Dataset], metric: str) -> _Known:
    """Return the summaries of each implementation that has any, in the order of ``datasets``."""
    found = {
        name: [(one, own) for one in datasets if (own := summaries.get(one.scan, name, metric)) is not None]
        for name in results.implementations
    }
    return {name: of_name for name, of_name in found.items() if of_name}


def _end_label(name: str, of_name: list[tuple[Dataset, Summary]], largest: Dataset) -> str:
    """Name a line and its last figure, and on which data that is where the largest has none."""
    last, summary = of_name[-1]
    where = "" if last.scan == largest.scan else f" on {_scan(last)}"
    return f"{short_name(name)} {quantity(summary.metric.unit, summary.centre)}{where}"


def _described(known: _Known, at: Callable[[Dataset], str]) -> str:
    """Return every figure in words, for those who do not see the picture."""
    return "; ".join(
        f"{short_name(name)}: "
        + enumerated(tuple(f"{quantity(own.metric.unit, own.centre)} at {at(one)}" for one, own in of_name))
        for name, of_name in known.items()
    )


def _one_for_each(datasets: Iterable[Dataset], key: Callable[[Dataset], int]) -> list[Dataset]:
    """Return the largest data set for each place on an axis, from left to right."""
    found = {key(one): one for one in sorted(datasets, key=lambda one: one.order)}
    return [found[place] for place in sorted(found)]


def _axis_of(results: Results, datasets: Sequence[Dataset]) -> tuple[str, Callable[[Dataset], int]]:
    """Choose what distinguishes ``datasets`` along an axis: their rows, else one of the numbers of their size."""
    candidates: list[tuple[str, Callable[[Dataset], int]]] = [("rows", lambda one: one.rows)]
    candidates += [(plain(name), partial(_size_of, name)) for name in results.job.size]
    distinct = [len({place(one) for one in datasets}) for _, place in candidates]
    return candidates[distinct.index(max(distinct))]


def _size_of(name: str, dataset: Dataset) -> int:
    return dataset.size.get(name, 0)


def _unit_word(shown: Scale) -> str:
    return "seconds" if shown.symbol == "s" else shown.symbol


def _values_of(results: Results, summaries: Summaries, dataset: Dataset, metric: str) -> str:
    known = [
        (name, value)
        for name in results.implementations
        if (value := summaries.centre(dataset.scan, name, metric)) is not None
    ]
    return _values(METRICS[metric].unit, known)


def _values(unit: str, known: list[tuple[str, float]]) -> str:
    """Say the value of each implementation; only the lowest and the highest where a title would get too long."""
    if len(known) > _MOST_NAMED:
        ends = min(known, key=lambda one: one[1]), max(known, key=lambda one: one[1])
        return " to ".join(f"{quantity(unit, value)} ({short_name(name)})" for name, value in ends)
    return enumerated(tuple(f"{quantity(unit, value)} ({short_name(name)})" for name, value in known))


def _measured(results: Results, summaries: Summaries, dataset: Dataset, metric: str) -> bool:
    return any(summaries.get(dataset.scan, name, metric) is not None for name in results.implementations)


def _slots(results: Results) -> dict[str, int]:
    return slots(results.implementations)


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
