"""Charts of rows: ratios with their intervals, and figures from nothing; each row with its name and its figure."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from bench.report.plots.chart import Bar, BarChart, ForestChart, ForestRow, ratio_ticks
from bench.report.plots.painter import HEIGHT, LABEL, fit, label_below, thin_ticks
from bench.report.plots.palette import Theme, colour, marker

_RATIO_HEIGHT, _BAR_HEIGHT, _HEIGHT_AROUND = 0.27, 0.5, 1.8
"""Inches: of one ratio, of one bar, and of all that is above and below the rows."""

_MARGIN = 0.04
"""Of the axis' length, on either side."""

_FIGURE_PLACE = 1.025
"""Where the figures begin, in lengths of the x axis."""

_WIDEST_NAME = 0.27
"""Of the picture's width."""


class BarPainter:
    """A BarPainter draws a BarChart."""

    def __init__(self, chart: BarChart, theme: Theme) -> None:
        self._chart = chart
        self._theme = theme

    @property
    def height(self) -> float:
        """As high as its bars need."""
        return max(HEIGHT, _HEIGHT_AROUND + _BAR_HEIGHT * len(self._chart.bars))

    def paint(self, figure: Figure) -> None:
        """Draw the bars from top to bottom."""
        bars = self._chart.bars
        axes = figure.add_subplot()
        label_below(figure, self._chart.x_label)
        axes.grid(axis="x", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_xlim(0, 1.05 * max(value for bar in bars for value in (bar.value, *bar.dots)) or 1)
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        for place, bar in enumerate(bars):
            self._paint_bar(axes, place, bar)
        # A bar alone stays as thick as one of three.
        around = max(0.0, (3 - len(bars)) / 2)
        axes.set_ylim(len(bars) - 0.4 + around, -0.6 - around)
        _name_rows(axes, [bar.label for bar in bars])

    def place(self, figure: Figure) -> None:
        """Shorten names that leave no room for the bars."""
        _fit_names(figure)

    def _paint_bar(self, axes: Axes, place: int, bar: Bar) -> None:
        shade = colour(self._theme, bar.colour)
        axes.barh(place, bar.value, height=0.5, color=shade, alpha=0.28, linewidth=0)
        if bar.dots:
            axes.plot(
                bar.dots,
                [place] * len(bar.dots),
                color=shade,
                linestyle="",
                marker="o",
                markersize=4,
                alpha=0.5,
                markeredgewidth=0,
            )
        axes.plot(bar.value, place, color=shade, linestyle="", marker=marker(bar.colour), markersize=9, clip_on=False)
        _write_figure(axes, place, bar.text, shade)


class ForestPainter:
    """A ForestPainter draws a ForestChart."""

    def __init__(self, chart: ForestChart, theme: Theme) -> None:
        self._chart = chart
        self._theme = theme

    @property
    def height(self) -> float:
        """As high as its rows need."""
        return max(HEIGHT, _HEIGHT_AROUND + _RATIO_HEIGHT * len(self._chart.rows))

    def paint(self, figure: Figure) -> None:
        """Draw the rows from top to bottom, over the range in which equal code differs by chance."""
        chart = self._chart
        axes = figure.add_subplot()
        # The area's name is below, where it can cross nothing.
        label_below(figure, chart.x_label, *([] if chart.floor is None else [chart.floor_label]))
        axes.set_xscale("log")
        self._set_limits(axes)
        if chart.floor is not None:
            axes.axvspan(1 / chart.floor, chart.floor, color=self._theme.band, zorder=0, linewidth=0)
        axes.axvline(1, color=self._theme.muted, linewidth=1)
        for place, row in enumerate(chart.rows):
            self._paint_row(axes, place, row)
        _name_rows(axes, [row.label for row in chart.rows])

    def place(self, figure: Figure) -> None:
        """Shorten names that leave no room for the ratios."""
        _fit_names(figure)

    def _set_limits(self, axes: Axes) -> None:
        floor = self._chart.floor or 1
        reach = [1.0, 1 / floor, floor]
        for row in self._chart.rows:
            reach += [end for end in (row.low, row.value, row.high) if end is not None]
        margin = max(max(reach) / min(reach), 1.05) ** _MARGIN
        low, high = min(reach) / margin, max(reach) * margin
        axes.set_xlim(low, high)
        axes.set_ylim(len(self._chart.rows) - 0.4, -0.6)
        axes.xaxis.set_major_locator(FixedLocator(ratio_ticks(low, high)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_minor_formatter(NullFormatter())

    def _paint_row(self, axes: Axes, place: int, row: ForestRow) -> None:
        shade = colour(self._theme, row.colour)
        if row.low is not None and row.high is not None:
            axes.plot((row.low, row.high), (place, place), color=shade, linewidth=2, marker="|", markersize=9)
        # Hollow: a ratio without an interval.
        axes.plot(
            row.value,
            place,
            color=shade,
            linestyle="",
            marker=marker(row.colour),
            markersize=8,
            markerfacecolor=shade if row.low is not None else self._theme.background,
        )
        _write_figure(axes, place, row.text, shade)


def _name_rows(axes: Axes, labels: list[str]) -> None:
    axes.set_yticks(range(len(labels)), labels, fontsize=LABEL)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _write_figure(axes: Axes, place: int, text: str, shade: str) -> None:
    axes.annotate(
        text,
        xy=(_FIGURE_PLACE, place),
        xycoords=axes.get_yaxis_transform(),
        color=shade,
        va="center",
        fontsize=LABEL,
        fontweight="bold",
        annotation_clip=False,
    )


def _fit_names(figure: Figure) -> None:
    """Shorten names that leave the rows little room, and then leave out ticks that have none."""
    (axes,) = figure.axes
    names = axes.get_yticklabels()
    for name in names:
        fit(name, _WIDEST_NAME * figure.bbox.width)
    axes.set_yticks(axes.get_yticks(), [name.get_text() for name in names])
    figure.draw_without_rendering()
    thin_ticks(axes)
