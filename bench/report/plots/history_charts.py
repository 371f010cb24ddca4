"""The charts of the history: a metric by run, newest at the right, with its change points marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.analysis.change_points import ChangePoint
from bench.analysis.history import metrics_of
from bench.analysis.summary import Summary
from bench.analysis.timeline import Moment
from bench.files.output_file import write_file
from bench.report.comparison import percent
from bench.report.figures import Scale, quantity, scale
from bench.report.history import change_sentence, change_size, created_text, minutes, revision_text, short_revision
from bench.report.plots.chart import Callout, Chart, Line, Mark
from bench.report.plots.palette import slots
from bench.report.tables.overview import PEAK, TIME
from bench.results.metrics import METRICS, Metric
from bench.words import enumerated, plain, shorten

_NAMES = {PEAK: "history-peak-heap", TIME: "history-time"}


def chart_name(metric: Metric) -> str:
    """Return the name of a metric's chart, which is its file name too."""
    return _NAMES.get(metric, f"history-{metric.name.replace('_', '-')}")


HISTORY_CHART_NAMES = tuple(map(chart_name, METRICS.values()))
"""The names of all charts; one without a figure is not drawn."""

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


def history_charts(moments: Sequence[Moment], changes: Sequence[ChangePoint] = ()) -> Iterator[Chart]:
    """Yield the charts of the peak, of the time, and of each other metric that changed on the moments' data set."""
    own = tuple(one for one in changes if one.scan == moments[-1].scan)
    for metric in metrics_of(moments[-1].scan, (PEAK, TIME), own):
        known = {
            implementation: places
            for implementation in dict.fromkeys(name for moment in moments for name in moment.implementations)
            if (places := _places(moments, implementation, metric))
        }
        if any(place.comparable for places in known.values() for place in places):
            yield _chart(metric, moments, known, tuple(one for one in own if one.metric is metric))


def write_history_charts(
    folder: Path, moments: Sequence[Moment], changes: Sequence[ChangePoint] = ()
) -> tuple[Path, ...]:
    """Write the charts into ``folder`` as PNG and SVG, and return the files; one without a figure is removed.

    Raises InputError if a file cannot be written.
    """
    # Here, because matplotlib takes half a second.
    from bench.report.plots.draw import draw

    charts = tuple(history_charts(moments, changes))
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


def _chart(
    metric: Metric,
    moments: Sequence[Moment],
    known: dict[str, list[_Place]],
    changes: tuple[ChangePoint, ...],
) -> Chart:
    shown = scale(metric.unit, [place.summary.centre for places in known.values() for place in places])
    lines: list[Line] = []
    callouts: list[Callout] = []
    slot = slots(tuple(known))
    for implementation, places in known.items():
        colour = slot[implementation]
        lines += _lines(implementation, places, colour, metric, shown)
        callouts += [
            Callout(text="", colour=colour, point=(place.x, place.summary.centre / shown.size))
            for place in places
            if not place.comparable
        ]
    hollow = "; hollow: not comparable with it" if callouts else ""
    scan = shorten(plain(moments[-1].scan), _SCAN_WIDTH)
    return Chart(
        name=chart_name(metric),
        title=_title(metric, scan, known, changes),
        alt=f"{metric.title} on {scan} by run, oldest first. {_alternative(known, metric, moments)}.{_told(changes)}",
        x_label=f"runs by revision, newest at the right{hollow}",
        y_label=f"{metric.title[0].lower()}{metric.title[1:]}, {shown.symbol}".removesuffix(", "),
        lines=tuple(lines),
        x_ticks=_ticks(moments),
        callouts=tuple(callouts),
        marks=tuple(_marks(moments, slot, changes)),
    )


def _title(metric: Metric, scan: str, known: dict[str, list[_Place]], changes: tuple[ChangePoint, ...]) -> str:
    """State the newest change, or the newest figures where nothing changed."""
    if not changes:
        return f"{metric.title} on {scan}, newest figures: {_newest(known, metric)}"
    newest = changes[-1]
    size = change_size(newest).replace(" ", "\N{NO-BREAK SPACE}")
    commit = short_revision(newest.revision) or minutes(newest.after.created)
    return f"{metric.title} of {_name(newest.implementation)} on {scan} changed with {commit}: {size}"


def _marks(moments: Sequence[Moment], slot: Mapping[str, int], changes: tuple[ChangePoint, ...]) -> Iterator[Mark]:
    """Yield one mark for each run with which something changed; of several changes the first names it."""
    places = {moment.place: float(x) for x, moment in enumerate(moments)}
    named: dict[float, list[ChangePoint]] = {}
    for one in changes:
        named.setdefault(places[one.after.place], []).append(one)
    for x, own in named.items():
        commit = short_revision(own[0].revision) or minutes(own[0].after.created)
        sizes = [percent(one.ratio) if one.ratio is not None else change_size(one) for one in own]
        yield Mark(
            # Between the last run of the old level and the first of the new one.
            place=x - 0.5,
            label=f"{commit} {sizes[0]}{f' and {len(own) - 1} more' if len(own) > 1 else ''}",
            colour=slot[own[0].implementation] if len(own) == 1 else None,
        )


def _told(changes: tuple[ChangePoint, ...]) -> str:
    return "".join(f" {change_sentence(one)}." for one in changes)


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
