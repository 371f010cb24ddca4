"""The growth chart: what the process holds at its peak, the fits, and the limits of a worker's memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bench.analysis.growth import Axis, Fit, axes_of
from bench.analysis.kill_size import LIMITS, KillSize, Reach, base_rss
from bench.analysis.summary import Summaries
from bench.report.figures import quantity, scale
from bench.report.plots.chart import Callout, Chart, Level, Line, Point
from bench.report.plots.palette import slots
from bench.report.tables.growth import axis_title, first_kills, size_text
from bench.results.records import Results
from bench.results.sharing import Sharing
from bench.words import enumerated, plain, shorten

GROWTH_CHART_PREFIX = "peak-rss-by-"
"""How the names of the growth charts begin, which are their file names too; one without a fit is not drawn."""

_UNSAFE = re.compile(r"[^a-z0-9]+")
_STEPS = 60
_NAME_WIDTH = 20
_MARGIN = 1.25
"""How far beyond its last crossing a fit is drawn, as a factor."""


def growth_charts(results: Results, summaries: Summaries, fits: Sequence[Fit]) -> Iterator[Chart]:
    """Yield the charts of the axes for which there are fits of peak RSS."""
    for axis in axes_of(results.job):
        chart = _growth_chart(axis, results, summaries, fits)
        if chart is not None:
            yield chart


def _growth_chart(axis: Axis, results: Results, summaries: Summaries, fits: Sequence[Fit]) -> Chart | None:
    kills = [by_axis[axis] for _, by_axis in first_kills(results, summaries, fits) if axis in by_axis]
    shown = [fit for fit in _shown(kills, fits, axis) if fit.smallest > 0]
    what = axis_title(axis, axes_of(results.job))
    if not shown:
        return None
    reached = [kill for kill in kills if kill.reach is Reach.REACHED and kill.fit in shown]
    unit = scale("bytes", [LIMITS[0].bytes])
    places = slots(results.implementations)
    lines: list[Line] = []
    described: list[str] = []
    for fit in shown:
        base = base_rss(results, summaries, fit.implementation)
        assert base is not None  # a kill of it was found
        end = _MARGIN * max((kill.size for kill in reached if kill.fit is fit and kill.size is not None), default=0.0)
        lines += _lines(fit, results.sharing, base, unit.size, places[fit.implementation], end)
        first, last = fit.points[0], fit.points[-1]
        described.append(
            f"{_label(fit)}: {quantity('bytes', results.sharing.total(base, first[1]))} at {first[0]:,.0f} "
            f"{plain(axis.against)}, {quantity('bytes', results.sharing.total(base, last[1]))} at {last[0]:,.0f}"
            f"{_crossings(fit, kills)}"
        )
    return Chart(
        name=GROWTH_CHART_PREFIX + (_UNSAFE.sub("-", what.lower()).strip("-") or "size"),
        title=_title(kills, axis),
        alt=f"RSS of {_whose(results)} at its peak against {what}. {'; '.join(described)}.",
        x_label=f"{what}; dots: measured, dashed: extrapolated",
        y_label=f"RSS before the call and its growth, {unit.symbol}{_of_all(results)}",
        lines=tuple(lines),
        x_logarithmic=True,
        y_logarithmic=True,
        levels=tuple(Level(label=limit.label, value=limit.bytes / unit.size) for limit in LIMITS),
        callouts=tuple(
            Callout(
                text=size_text(kill.size),
                colour=places[kill.fit.implementation],
                point=(kill.size, kill.limit.bytes / unit.size),
            )
            for kill in reached
            if kill.size is not None
        ),
    )


def _shown(kills: Sequence[KillSize], fits: Sequence[Fit], axis: Axis) -> list[Fit]:
    """The fits that say where a worker is killed, and of the same implementation those with least and most held."""
    shown = []
    for implementation in dict.fromkeys(kill.fit.implementation for kill in kills):
        own = [
            fit
            for fit in fits
            if (fit.implementation, fit.metric.name, fit.axis) == (implementation, "peak_rss_bytes", axis)
        ]
        telling = [kill.fit for kill in kills]
        shown += [fit for fit in own if fit in (own[0], own[-1]) or fit in telling]
    return shown


def _whose(results: Results) -> str:
    children = results.sharing.children
    return f"a pool's parent and {children} children" if children else "the worker"


def _of_all(results: Results) -> str:
    children = results.sharing.children
    return f", parent and {children} children" if children else ""


def _lines(fit: Fit, sharing: Sharing, base: float, unit: float, colour: int, end: float) -> Iterator[Line]:
    """The fit over what was measured, with its dots, and dashed to ``end`` where that is beyond."""

    def curve(first: float, last: float) -> tuple[Point, ...]:
        # In equal ratios, as the axis is logarithmic, and through the measured sizes, where a line may bend.
        steps = {first * (last / first) ** (step / _STEPS) for step in range(_STEPS + 1)}
        sizes = steps | {size for size, _ in fit.points if first < size < last}
        return tuple((size, sharing.total(base, fit.at(size)) / unit) for size in sorted(sizes))

    dots = tuple((size, sharing.total(base, peak) / unit) for size, peak in fit.points)
    yield Line(label=_label(fit), colour=colour, points=curve(fit.smallest, fit.largest), dots=dots, markers=False)
    if end > fit.largest:
        yield Line(label="", colour=colour, points=curve(fit.largest, end), markers=False, dashed=True)


def _label(fit: Fit) -> str:
    held = (f"{size_text(number)} {shorten(plain(name), _NAME_WIDTH)}" for name, number in fit.held)
    return ", ".join([_name(fit), *held])


def _crossings(fit: Fit, kills: Sequence[KillSize]) -> str:
    reached = tuple(
        f"{kill.limit.label} at {size_text(kill.size)}" for kill in kills if kill.fit is fit and kill.size is not None
    )
    return f", reaching {enumerated(reached)}" if reached else ""


def _title(kills: Sequence[KillSize], axis: Axis) -> str:
    """Say where each implementation meets the smallest limit that one of them reaches."""
    limit = next((one for one in LIMITS if any(kill.limit is one and kill.size is not None for kill in kills)), None)
    if limit is None:
        return f"No limit is seen to be reached by growth in {plain(axis.against)}"
    of_limit = [kill for kill in kills if kill.limit is limit]
    met = tuple(
        f"{size_text(kill.size)} {plain(axis.against)} ({_name(kill.fit)})"
        for kill in of_limit
        if kill.size is not None
    )
    return f"A worker of {limit.label} would be killed at {enumerated(met)}"


def _name(fit: Fit) -> str:
    return shorten(plain(fit.implementation), _NAME_WIDTH)
