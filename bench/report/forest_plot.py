"""The forest chart drawn: one row a ratio, its interval as a line, the floor of equal code as a band."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from bench.report.forest import ForestChart, ForestRow
from bench.report.plots import COLOURS, picture, set_title

_TICKS = (
    (0.1, 0.2, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5),
    (0.1, 0.2, 0.5, 1, 2, 3, 5),
    (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50),
    (0.01, 0.1, 1, 10, 100, 1_000),
)
"""From fine to coarse; the first that does not crowd the axis is taken."""

_MOST_TICKS = 6
_TITLE_WIDTH = 50
_MARGIN = 0.04
"""Of the axis' length, on either side."""


def draw_forest(chart: ForestChart) -> tuple[bytes, bytes]:
    """Return ``chart`` as PNG and as SVG; the same chart gives the same bytes."""

    def paint(axes: Axes) -> None:
        set_title(axes, chart.title, _TITLE_WIDTH)
        axes.set_xlabel(chart.x_label)
        axes.set_xscale("log")
        _set_limits(axes, chart)
        if chart.floor is not None:
            axes.axvspan(1 / chart.floor, chart.floor, color="#DDDDDD", zorder=0, linewidth=0)
            axes.annotate(
                chart.floor_label,
                xy=(1, 0),
                xycoords=axes.get_xaxis_transform(),
                xytext=(4, 4),
                textcoords="offset points",
                color="#555555",
                fontsize=9,
            )
        axes.axvline(1, color="#555555", linewidth=1)
        for place, row in enumerate(chart.rows):
            _draw_row(axes, place, row)
        axes.set_yticks(range(len(chart.rows)), [row.label for row in chart.rows])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)

    return picture(paint)


def _set_limits(axes: Axes, chart: ForestChart) -> None:
    reach = [1.0, 1 / (chart.floor or 1), chart.floor or 1]
    for row in chart.rows:
        reach += [end for end in (row.low, row.value, row.high) if end is not None]
    margin = max(max(reach) / min(reach), 1.05) ** _MARGIN
    low, high = min(reach) / margin, max(reach) * margin
    axes.set_xlim(low, high)
    # Room below the last row for the words on the floor.
    axes.set_ylim(len(chart.rows) + 0.1, -0.6)
    axes.xaxis.set_major_locator(FixedLocator(_ticks(low, high)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def _ticks(low: float, high: float) -> list[float]:
    for candidates in _TICKS[:-1]:
        within = [tick for tick in candidates if low <= tick <= high]
        # The last candidate has to be near the end, or the axis would stop being labelled half-way.
        if len(within) <= _MOST_TICKS and high <= 2 * candidates[-1]:
            return within
    return [tick for tick in _TICKS[-1] if low <= tick <= high]


def _draw_row(axes: Axes, place: int, row: ForestRow) -> None:
    colour = COLOURS[row.colour % len(COLOURS)]
    if row.low is not None and row.high is not None:
        axes.plot((row.low, row.high), (place, place), color=colour, linewidth=2, marker="|", markersize=9)
    # Hollow where no interval stands behind the ratio.
    axes.plot(
        row.value,
        place,
        color=colour,
        linestyle="",
        marker="o",
        markersize=8,
        markerfacecolor=colour if row.low is not None else "white",
    )
    axes.annotate(
        row.text,
        xy=(1.02, place),
        xycoords=axes.get_yaxis_transform(),
        color=colour,
        va="center",
        fontweight="bold",
        annotation_clip=False,
    )
