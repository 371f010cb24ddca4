"""Line charts: curves with their labels right of the plot, levels, callouts, and dots for samples."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator
from matplotlib.transforms import ScaledTranslation

from bench.report.plots.chart import Callout, Chart, Level, Line, Mark, Point
from bench.report.plots.painter import HEIGHT, LABEL, SMALL, box_of, thin_ticks, words_box
from bench.report.plots.palette import Theme, colour, marker
from bench.report.plots.placing import Box, Segment, apart, near

_MOST_SPAN = 1_000
"""Ratio of largest to smallest value above which a logarithmic axis is labelled at powers of ten only."""

_LABEL_WIDTH = 28
"""Characters of a label's line."""

_LABEL_HEIGHT = 0.19
_HEIGHT_AROUND = 1.5
"""Inches: of one line of a label, and of all that is above and below the plot."""

_LANE = 4.0
"""Points between the samples of one implementation and those of the next, which would cover them."""

_GAP = 1.12
"""Height that a label takes, as a share of its own."""

_ROOM, _ROOM_FOR_MARKS = 1.06, 0.2
"""Heights of the plot in heights of what is drawn, and what is added for labels above that."""

_CLEARANCE = 5.0
"""Pixels at the size of a PNG between a label and what it must not touch."""


class LinePainter:
    """A LinePainter draws a Chart."""

    def __init__(self, chart: Chart, theme: Theme) -> None:
        self._chart = chart
        self._theme = theme
        self._ends: list[tuple[float, Annotation]] = []
        self._inside: list[tuple[Point, Annotation]] = []
        """Texts that stand near a point of the plot."""

    @property
    def height(self) -> float:
        """As high as its labels need."""
        labels = [line.label for line in self._chart.lines if line.label] + [one.label for one in self._chart.levels]
        lines = sum(_wrapped(label).count("\n") + 1 for label in labels)
        return max(HEIGHT, _HEIGHT_AROUND + _LABEL_HEIGHT * lines)

    def paint(self, figure: Figure) -> None:
        """Draw axes, levels, curves and marks, and all labels somewhere."""
        axes = figure.add_subplot()
        self._set_axes(axes)
        for level in self._chart.levels:
            self._paint_level(axes, level)
        sampled = [line for line in self._chart.lines if line.dots and line.markers]
        for line in self._chart.lines:
            lane = sampled.index(line) - (len(sampled) - 1) / 2 if line in sampled else 0.0
            self._paint_line(axes, line, lane)
        for callout in self._chart.callouts:
            self._paint_callout(axes, callout)
        for mark in self._chart.marks:
            self._paint_mark(axes, mark)
        axes.autoscale_view()  # sets the range of a logarithmic axis
        for line in self._chart.lines:
            if line.label:
                self._paint_end(axes, line)

    def place(self, figure: Figure) -> None:
        """Spread the labels right of the plot, find room for callouts, and leave out ticks that touch others."""
        (axes,) = figure.axes
        self._spread_ends(axes)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # or the axes would move below what is placed now
        thin_ticks(axes)
        self._place_inside(axes, figure)

    def _set_axes(self, axes: Axes) -> None:
        chart = self._chart
        axes.set_xlabel(chart.x_label)
        axes.set_ylabel(chart.y_label)
        axes.grid(axis="y", linewidth=0.8)
        axes.set_axisbelow(True)
        if chart.x_logarithmic:
            axes.set_xscale("log")
        if chart.y_logarithmic:
            axes.set_yscale("log")
        plain_number = FuncFormatter(lambda value, _: _short_number(value))
        points = [point for line in chart.lines for point in (*line.points, *line.dots)]
        for axis, logarithmic, values in (
            (axes.xaxis, chart.x_logarithmic, [x for x, _ in points]),
            (axes.yaxis, chart.y_logarithmic, [y for _, y in points]),
        ):
            axis.set_major_formatter(plain_number)
            if logarithmic:
                wide = max(values) / min(values) > _MOST_SPAN
                axis.set_major_locator(LogLocator(subs=(1,) if wide else (1, 2, 5)))
                axis.set_minor_formatter(NullFormatter())
        rightmost = max(x for x, _ in points)
        if chart.x_ticks:
            axes.set_xticks([place for place, _ in chart.x_ticks], [label for _, label in chart.x_ticks])
            axes.xaxis.set_minor_locator(NullLocator())
        if chart.x_ticks and not chart.x_true:
            axes.set_xlim(-0.4, len(chart.x_ticks) - 0.6)
        elif not chart.x_logarithmic:
            axes.set_xlim(0, 1.04 * rightmost or 1)
        if not chart.y_logarithmic:
            # Labels of marks stand above what is drawn.
            room = _ROOM + _ROOM_FOR_MARKS * bool(chart.marks)
            axes.set_ylim(0, room * max((*(y for _, y in points), *(one.value for one in chart.levels))) or 1)

    def _paint_level(self, axes: Axes, level: Level) -> None:
        axes.axhline(level.value, color=self._theme.muted, linewidth=1, linestyle=(0, (1, 1.5)))
        self._annotate_right(axes, level.label, (1.0, level.value), self._theme.muted, weight="normal", inside=False)

    def _paint_line(self, axes: Axes, line: Line, lane: float) -> None:
        shade = colour(self._theme, line.colour)
        x, y = zip(*line.points, strict=True)
        axes.plot(
            x,
            y,
            color=shade,
            linewidth=1.4 if line.dashed else 2,
            linestyle="--" if line.dashed else "-",
            marker=marker(line.colour) if line.markers else "",
            markersize=7,
        )
        if line.dots:
            dots_x, dots_y = zip(*line.dots, strict=True)
            figure = axes.get_figure(root=True)
            assert figure is not None  # the axes were made for one
            beside = ScaledTranslation(lane * _LANE / 72, 0, figure.dpi_scale_trans)
            axes.plot(
                dots_x,
                dots_y,
                color=shade,
                linestyle="",
                marker="o",
                markersize=4,
                alpha=0.5,
                markeredgewidth=0,
                transform=axes.transData + beside,
            )

    def _paint_callout(self, axes: Axes, callout: Callout) -> None:
        shade = colour(self._theme, callout.colour)
        axes.plot(
            *callout.point, color=shade, linestyle="", marker="D", markersize=6, markerfacecolor=self._theme.background
        )
        if callout.text:
            text = axes.annotate(
                callout.text,
                xy=callout.point,
                xytext=(0, 0),
                textcoords="offset points",
                va="bottom",
                color=shade,
                fontsize=SMALL,
            )
            text.set_in_layout(False)
            self._inside.append((callout.point, text))

    def _paint_mark(self, axes: Axes, mark: Mark) -> None:
        shade = self._theme.muted if mark.colour is None else colour(self._theme, mark.colour)
        axes.axvline(mark.place, color=shade, linewidth=1.2, linestyle=(0, (4, 2)))
        top = axes.get_ylim()[1]
        text = axes.annotate(
            mark.label,
            xy=(mark.place, top),
            xytext=(0, 0),
            textcoords="offset points",
            va="bottom",
            color=shade,
            fontsize=SMALL,
        )
        text.set_in_layout(False)
        self._inside.append(((mark.place, top), text))

    def _paint_end(self, axes: Axes, line: Line) -> None:
        weight = "normal" if line.dashed else "bold"
        self._annotate_right(axes, line.label, line.points[-1], colour(self._theme, line.colour), weight, inside=True)

    def _annotate_right(
        self, axes: Axes, label: str, point: tuple[float, float], shade: str, weight: str, *, inside: bool
    ) -> None:
        """Write ``label`` right of the plot with a leader to ``point``; its x is the axis' end if not ``inside``."""
        text = axes.annotate(
            _wrapped(label),
            xy=point,
            xycoords="data" if inside else axes.get_yaxis_transform(),
            xytext=(1.035, 0.5),
            textcoords="axes fraction",
            color=shade,
            va="center",
            fontsize=LABEL,
            fontweight=weight,
            linespacing=1.05,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "linestyle": ":",
                "color": shade,
                "linewidth": 1,
                "shrinkA": 0,
                "relpos": (0, 0.5),
            },
        )
        self._ends.append((point[1], text))

    def _spread_ends(self, axes: Axes) -> None:
        ends = sorted(self._ends, key=lambda end: end[0])
        frame = axes.get_window_extent()
        wanted = [float(axes.transData.transform((1, value))[1]) for value, _ in ends]
        sizes = [words_box(text).height * _GAP for _, text in ends]
        for (_, text), height in zip(ends, apart(wanted, sizes, frame.y0, frame.y1), strict=True):
            text.set_position((1.035, (height - frame.y0) / frame.height))

    def _place_inside(self, axes: Axes, figure: Figure) -> None:
        if not self._inside:
            return
        frame = box_of(axes.get_window_extent())
        segments, marks = drawn_segments(axes), list(drawn_marks(axes))
        for point, text in self._inside:
            box = words_box(text)
            x, y = axes.transData.transform(point)
            found = near((x, y), box.width + _CLEARANCE, box.height + _CLEARANCE, frame, marks, segments)
            to_points = 72 / figure.dpi
            text.set_position(
                ((found.left + _CLEARANCE / 2 - x) * to_points, (found.bottom + _CLEARANCE / 2 - y) * to_points)
            )
            marks.append(found)


def _short_number(value: float) -> str:
    """Return a tick's number in the form of scan sizes: ``20k``, ``1M``; below 10,000 in full."""
    for size, suffix in ((1e6, "M"), (1e3, "k")):
        if value >= max(size, 1e4):
            return f"{value / size:,.10g}{suffix}"
    return f"{value:,.10g}"


def _wrapped(label: str) -> str:
    return "\n".join(textwrap.wrap(label, _LABEL_WIDTH, break_on_hyphens=False)) or label


def drawn_segments(axes: Axes) -> tuple[Segment, ...]:
    """Return what the drawn lines are made of, in pixels."""
    found: list[Segment] = []
    for line in axes.get_lines():
        if line.get_linestyle() in ("None", ""):
            continue
        found += pairwise(_pixels(line))
    return tuple(found)


def drawn_marks(axes: Axes) -> Iterator[Box]:
    """Yield the drawn markers as boxes, in pixels."""
    figure = axes.get_figure(root=True)
    assert figure is not None  # the axes were made for one
    for line in axes.get_lines():
        if line.get_marker() in ("None", ""):
            continue
        half = line.get_markersize() * figure.dpi / 72 / 2
        for x, y in _pixels(line):
            yield Box(x - half, y - half, x + half, y + half)


def _pixels(line: Line2D) -> list[Point]:
    """Return the points of a drawn line."""
    found = np.asarray(line.get_path().transformed(line.get_transform()).vertices)
    return [(float(x), float(y)) for x, y in found]
