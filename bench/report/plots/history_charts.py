"""The charts of the history: peak heap and wall time by run, newest at the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.analysis.summary import Summary
from bench.analysis.timeline import Moment
from bench.files.output_file import write_file
from bench.report.figures import Scale, quantity, scale
from bench.report.history import created_text, revision_text
from bench.report.plots.chart import Callout, Chart, Line
from bench.report.tables.overview import PEAK, TIME
from bench.results.metrics import Metric
from bench.words import enumerated, plain, shorten

HISTORY_CHART_NAMES = ("history-peak-heap", "history-time")
"""The names of the charts, which are their file names too; one without a figure is not drawn."""

_NAME_WIDTH = 22
_SCAN_WIDTH = 14
_DATE = len("2026-01-02")
_MOST_TICKS = 4
_MOST_NAMED = 3


@dataclass(frozen=True)
class _Place:
    """One figure of one run: the run's place on the x axis, and whether it compares with the newest run's."""

    x: float
    summary: Summary
    comparable: bool


def history_charts(moments: Sequence[Moment]) -> Iterator[Chart]:
    """Yield the charts for which there are figures, in the order of ``HISTORY_CHART_NAMES``."""
    for name, metric in zip(HISTORY_CHART_NAMES, (PEAK, TIME), strict=True):
        known = {
            implementation: places
            for implementation in dict.fromkeys(name for moment in moments for name in moment.implementations)
            if (places := _places(moments, implementation, metric))
        }
        if any(place.comparable for places in known.values() for place in places):
            yield _chart(name, metric, moments, known)


def write_history_charts(folder: Path, moments: Sequence[Moment]) -> tuple[Path, ...]:
    """Write the charts into ``folder`` as PNG and SVG, and return the files; one without a figure is removed.

    Raises InputError if a file cannot be written.
    """
    # Here, because matplotlib takes half a second.
    from bench.report.plots.draw import draw

    charts = tuple(history_charts(moments))
    written = []
    for chart in charts:
        for suffix, picture in zip(("png", "svg"), draw(chart), strict=True):
            path = folder / f"{chart.name}.{suffix}"
            write_file(path, picture)
            written.append(path)
    for name in set(HISTORY_CHART_NAMES) - {chart.name for chart in charts}:
        for suffix in ("png", "svg"):
            (folder / f"{name}.{suffix}").unlink(missing_ok=True)
    return tuple(written)


def _places(moments: Sequence[Moment], implementation: str, metric: Metric) -> list[_Place]:
    return [
        _Place(float(x), summary, moment.comparable(metric))
        for x, moment in enumerate(moments)
        if (summary := moment.summary(implementation, metric)) is not None
    ]


def _chart(name: str, metric: Metric, moments: Sequence[Moment], known: dict[str, list[_Place]]) -> Chart:
    shown = scale(metric.unit, [place.summary.centre for places in known.values() for place in places])
    lines: list[Line] = []
    callouts: list[Callout] = []
    for colour, (implementation, places) in enumerate(known.items()):
        lines += _lines(implementation, places, colour, metric, shown)
        callouts += [
            Callout(text="", colour=colour, point=(place.x, place.summary.centre / shown.size))
            for place in places
            if not place.comparable
        ]
    hollow = "; hollow: not comparable with it" if callouts else ""
    scan = shorten(plain(moments[-1].scan), _SCAN_WIDTH)
    return Chart(
        name=name,
        title=f"{metric.title} on {scan}, newest figures: {_newest(known, metric)}",
        alt=f"{metric.title} on {scan} by run, oldest first. {_alternative(known, metric, moments)}.",
        x_label=f"runs by revision, newest at the right{hollow}",
        y_label=f"{metric.title.lower()}, {shown.symbol}",
        lines=tuple(lines),
        x_ticks=_ticks(moments),
        callouts=tuple(callouts),
    )


def _lines(implementation: str, places: list[_Place], colour: int, metric: Metric, shown: Scale) -> Iterator[Line]:
    """Yield a line through the comparable figures, and for each of the others one of a single point.

    That one draws nothing, but makes the axes hold the callout at its place.
    """
    for place in places:
        if not place.comparable:
            point = (place.x, place.summary.centre / shown.size)
            yield Line(label="", colour=colour, points=(point,), markers=False)
    filled = [place for place in places if place.comparable]
    if filled:
        yield Line(
            label=f"{_name(implementation)} {quantity(metric.unit, filled[-1].summary.centre)}",
            colour=colour,
            points=tuple((place.x, place.summary.centre / shown.size) for place in filled),
            dots=tuple((place.x, sample / shown.size) for place in filled for sample in place.summary.samples),
        )


def _newest(known: dict[str, list[_Place]], metric: Metric) -> str:
    """Say the newest comparable figure of each implementation, lowest and highest of many."""
    last = [
        (implementation, filled[-1].summary.centre)
        for implementation, places in known.items()
        if (filled := [place for place in places if place.comparable])
    ]
    if len(last) > _MOST_NAMED:
        last = [min(last, key=lambda one: one[1]), max(last, key=lambda one: one[1])]
    # A title must not be broken between a figure and its unit.
    figures = [(name, quantity(metric.unit, value).replace(" ", "\N{NO-BREAK SPACE}")) for name, value in last]
    return enumerated(tuple(f"{figure} ({_name(name)})" for name, figure in figures))


def _alternative(known: dict[str, list[_Place]], metric: Metric, moments: Sequence[Moment]) -> str:
    return "; ".join(
        f"{_name(implementation)}: "
        + ", ".join(
            f"{quantity(metric.unit, place.summary.centre)} at {_revision(moments[int(place.x)])}"
            + ("" if place.comparable else " (not comparable)")
            for place in places
        )
        for implementation, places in known.items()
    )


def _ticks(moments: Sequence[Moment]) -> tuple[tuple[float, str], ...]:
    """Label evenly spread runs, the newest always, so that the labels do not touch."""
    step = -(-len(moments) // _MOST_TICKS)
    newest = len(moments) - 1
    return tuple(
        (float(x), "" if (newest - x) % step else f"{_revision(moment)}\n{created_text(moment)[:_DATE]}")
        for x, moment in enumerate(moments)
    )


def _revision(moment: Moment) -> str:
    return revision_text(moment) or "no commit"


def _name(implementation: str) -> str:
    return shorten(plain(implementation), _NAME_WIDTH)
