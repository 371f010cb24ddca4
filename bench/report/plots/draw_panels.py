"""Small multiples: one curve in each panel, all with the same axes."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from bench.report.plots.chart import Panel, PanelChart
from bench.report.plots.painter import AXIS, HEIGHT, LABEL, SMALL, fit, label_below
from bench.report.plots.palette import Theme, colour, marker

_MOST_COLUMNS = 3
_ROW_HEIGHT, _HEIGHT_AROUND = 1.9, 1.1
"""Inches: of one row of panels, and of all that is above and below them."""


class PanelPainter:
    """A PanelPainter draws a PanelChart."""

    def __init__(self, chart: PanelChart, theme: Theme) -> None:
        self._chart = chart
        self._theme = theme
        self._names: list[tuple[Axes, Text]] = []

    @property
    def height(self) -> float:
        """As high as its rows of panels need."""
        return max(HEIGHT, _HEIGHT_AROUND + _ROW_HEIGHT * self._rows)

    @property
    def _columns(self) -> int:
        count = len(self._chart.panels)
        return 2 if count == 4 else min(count, _MOST_COLUMNS)

    @property
    def _rows(self) -> int:
        return -(-len(self._chart.panels) // self._columns)

    def paint(self, figure: Figure) -> None:
        """Draw the panels, row by row."""
        grid = figure.subplots(self._rows, self._columns, sharex=True, sharey=True, squeeze=False)
        panels = self._chart.panels
        right = max(x for panel in panels for x, _ in panel.points)
        top = max(y for panel in panels for _, y in (*panel.points, *((0.0, one.value) for one in self._chart.levels)))
        flat = [axes for row in grid for axes in row]
        for axes, panel in zip(flat, panels, strict=False):
            axes.set_xlim(0, 1.03 * right or 1)
            axes.set_ylim(0, 1.08 * top or 1)
            axes.grid(axis="y", linewidth=0.8)
            axes.set_axisbelow(True)
            self._paint_panel(axes, panel)
        for place, axes in enumerate(flat[len(panels) :], start=len(panels)):
            axes.set_axis_off()
            # The one above has the axis' numbers in its place.
            flat[place - self._columns].tick_params(labelbottom=True)
        label_below(figure, self._chart.x_label)
        figure.supylabel(self._chart.y_label, fontsize=AXIS)

    def place(self, figure: Figure) -> None:
        """Shorten names that are wider than their panels."""
        del figure
        for axes, name in self._names:
            fit(name, axes.get_window_extent().width)

    def _paint_panel(self, axes: Axes, panel: Panel) -> None:
        shade = colour(self._theme, panel.colour)
        x, y = zip(*panel.points, strict=True)
        axes.fill_between(x, y, color=shade, alpha=0.18, linewidth=0)
        axes.plot(x, y, color=shade, linewidth=1.6)
        peak = max(panel.points, key=lambda point: point[1])
        axes.plot(*peak, color=shade, linestyle="", marker=marker(panel.colour), markersize=7, clip_on=False)
        axes.annotate(
            panel.text, xy=(0, 1), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points", fontsize=SMALL
        )
        for level in self._chart.levels:
            axes.axhline(level.value, color=self._theme.muted, linewidth=1, linestyle=(0, (1, 1.5)))
            axes.annotate(
                level.label,
                xy=(1, level.value),
                xycoords=axes.get_yaxis_transform(),
                xytext=(-2, 2),
                textcoords="offset points",
                ha="right",
                color=self._theme.muted,
                fontsize=SMALL,
                bbox={"facecolor": self._theme.background, "alpha": 0.85, "linewidth": 0, "pad": 1},
                zorder=4,
            )
        if panel.crosses:
            places, heights = zip(*panel.crosses, strict=True)
            axes.plot(
                places, heights, color=self._theme.text, linestyle="", marker="x", markersize=7, clip_on=False, zorder=5
            )
        name = axes.annotate(
            panel.label,
            xy=(0, 1),
            xycoords="axes fraction",
            xytext=(0, 17),
            textcoords="offset points",
            color=shade,
            fontsize=LABEL,
            fontweight="bold",
        )
        self._names.append((axes, name))
