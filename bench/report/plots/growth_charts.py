"""The growth chart: what the process holds at its peak, the fits, and the limits of a worker's memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.analysis.growth import Fit, Size
from bench.analysis.kill_size import LIMITS, KillSize, Reach, base_rss
from bench.analysis.summary import Summaries
from bench.report.figures import quantity, scale
from bench.report.plots.chart import Callout, Chart, Level, Line, Point
from bench.report.tables.growth import HELD, first_kills, size_text
from bench.results.records import Results
from bench.words import enumerated, plain, shorten

GROWTH_CHART_NAMES = ("peak-rss-by-rows", "peak-rss-by-findings")
"""The names of the growth charts, which are their file names too; one without a fit is not drawn."""

_STEPS = 60
_NAME_WIDTH = 20
_MARGIN = 1.25
"""How far beyond its last crossing a fit is drawn, as a factor."""


def growth_charts(results: Results, summaries: Summaries, fits: Sequence[Fit]) -> Iterator[Chart]:
    """Yield the charts for which there are fits of peak RSS, in the order of ``GROWTH_CHART_NAMES``."""
    for name, size in zip(GROWTH_CHART_NAMES, Size, strict=True):
        chart = _growth_chart(name, size, results, summaries, fits)
        if chart is not None:
            yield chart


def _growth_chart(name: str, size: Size, results: Results, summaries: Summaries, fits: Sequence[Fit]) -> Chart | None:
    kills = [by_size[size] for _, by_size in first_kills(results, summaries, fits) if size in by_size]
    shown = [fit for fit in _shown(kills, fits, size) if fit.smallest > 0]
    if not shown:
        return None
    reached = [kill for kill in kills if kill.reach is Reach.REACHED and kill.fit in shown]
    unit = scale("bytes", [LIMITS[0].bytes])
    lines: list[Line] = []
    described: list[str] = []
    for fit in shown:
        base = base_rss(results, summaries, fit.implementation)
        assert base is not None  # a kill of it was found
        end = _MARGIN * max((kill.size for kill in reached if kill.fit is fit and kill.size is not None), default=0.0)
        lines += _lines(fit, base, unit.size, results.implementations.index(fit.implementation), end)
        first, last = fit.points[0], fit.points[-1]
        described.append(
            f"{_label(fit)}: {quantity('bytes', base + first[1])} at {first[0]:,.0f} {size.value}, "
            f"{quantity('bytes', base + last[1])} at {last[0]:,.0f}{_crossings(fit, kills)}"
        )
    return Chart(
        name=name,
        title=_title(kills, size),
        alt=f"RSS of the worker at its peak against {size.value}. {'; '.join(described)}.",
        x_label=f"{size.value}; dots: measured, dashed: extrapolated",
        y_label=f"RSS before the call and its growth, {unit.symbol}",
        lines=tuple(lines),
        x_logarithmic=True,
        y_logarithmic=True,
        levels=tuple(Level(label=limit.label, value=limit.bytes / unit.size) for limit in LIMITS),
        callouts=tuple(
            Callout(
                text=size_text(kill.size),
                colour=results.implementations.index(kill.fit.implementation),
                point=(kill.size, kill.limit.bytes / unit.size),
            )
            for kill in reached
            if kill.size is not None
        ),
    )


def _shown(kills: Sequence[KillSize], fits: Sequence[Fit], size: Size) -> list[Fit]:
    """The fits that say where a worker is killed, and of the same implementation those with least and most held."""
    shown = []
    for implementation in dict.fromkeys(kill.fit.implementation for kill in kills):
        own = [
            fit
            for fit in fits
            if (fit.implementation, fit.metric.name, fit.against) == (implementation, "peak_rss_bytes", size)
        ]
        telling = [kill.fit for kill in kills]
        shown += [fit for fit in own if fit in (own[0], own[-1]) or fit in telling]
    return shown


def _lines(fit: Fit, base: float, unit: float, colour: int, end: float) -> Iterator[Line]:
    """The fit over what was measured, with its dots, and dashed to ``end`` where that is beyond."""

    def curve(first: float, last: float) -> tuple[Point, ...]:
        # In equal ratios, as the axis is logarithmic, and through the measured sizes, where a line may bend.
        steps = {first * (last / first) ** (step / _STEPS) for step in range(_STEPS + 1)}
        sizes = steps | {size for size, _ in fit.points if first < size < last}
        return tuple((size, (base + fit.at(size)) / unit) for size in sorted(sizes))

    dots = tuple((size, (base + peak) / unit) for size, peak in fit.points)
    yield Line(label=_label(fit), colour=colour, points=curve(fit.smallest, fit.largest), dots=dots, markers=False)
    if end > fit.largest:
        yield Line(label="", colour=colour, points=curve(fit.largest, end), markers=False, dashed=True)


def _label(fit: Fit) -> str:
    return f"{_name(fit)}, {size_text(fit.held)} {HELD[fit.against]}"


def _crossings(fit: Fit, kills: Sequence[KillSize]) -> str:
    reached = tuple(
        f"{kill.limit.label} at {size_text(kill.size)}" for kill in kills if kill.fit is fit and kill.size is not None
    )
    return f", reaching {enumerated(reached)}" if reached else ""


def _title(kills: Sequence[KillSize], size: Size) -> str:
    """Say where each implementation meets the smallest limit that one of them reaches."""
    limit = next((one for one in LIMITS if any(kill.limit is one and kill.size is not None for kill in kills)), None)
    if limit is None:
        return f"No limit is seen to be reached by growth in {size.value}"
    of_limit = [kill for kill in kills if kill.limit is limit]
    met = tuple(
        f"{size_text(kill.size)} {size.value} ({_name(kill.fit)})" for kill in of_limit if kill.size is not None
    )
    return f"A worker of {limit.label} would be killed at {enumerated(met)}"


def _name(fit: Fit) -> str:
    return shorten(plain(fit.implementation), _NAME_WIDTH)
