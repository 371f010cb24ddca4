"""Charts drawn as PNG and SVG: readable at 800 pixels, labelled at the lines, safe for colour-blind readers."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Callable
from io import BytesIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from bench.report.plots.chart import PALETTE, Callout, Chart, ForestChart, ForestRow, Level, Line, Mark, ratio_ticks

COLOURS = tuple(colour for _, colour in PALETTE)

_WIDTH, _HEIGHT = 8.0, 4.6
"""Inches; at 100 dots per inch the picture is 800 pixels wide."""

_ROW_HEIGHT, _HEIGHT_AROUND_ROWS = 0.25, 1.8
"""Inches, of a chart of ratios."""

_MARK_ROWS, _MARK_HEIGHT = 3, 13
"""Labels of marks take turns in so many rows, so high in points."""

_PNG_DPI = 200
_TITLE_WIDTH = 70
_MOST_SPAN = 1_000
"""Ratio of largest to smallest value above which a logarithmic axis is labelled at powers of ten only."""


def draw(chart: Chart) -> tuple[bytes, bytes]:
    """Return ``chart`` as PNG and as SVG; the same chart gives the same bytes."""

    def paint(axes: Axes) -> None:
        _set_axes(axes, chart)
        for level in chart.levels:
            _draw_level(axes, level)
        for number, mark in enumerate(chart.marks):
            _draw_mark(axes, mark, number % _MARK_ROWS)
        for line in chart.lines:
            _draw_line(axes, line)
        for callout in chart.callouts:
            _draw_callout(axes, callout)
        _label_lines(axes, chart)

    return picture(paint)


def picture(paint: Callable[[Axes], None], height: float = 0.0) -> tuple[bytes, bytes]:
    """Return what ``paint`` draws as PNG and SVG, at least ``height`` inches high.

    The user's configuration has no influence on it.
    """
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()  # A user's matplotlibrc must not change what a report looks like.
        mpl.rcParams["svg.hashsalt"] = "bench"
        mpl.rcParams["text.parse_math"] = False  # A name may hold dollar signs.
        mpl.rcParams["font.size"] = 11
        mpl.rcParams["axes.spines.top"] = mpl.rcParams["axes.spines.right"] = False
        # Characters that the font lacks are drawn as boxes; a warning would not help.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(_WIDTH, max(_HEIGHT, height)), layout="constrained")
        FigureCanvasAgg(figure)
        paint(figure.add_subplot())
        png, svg = BytesIO(), BytesIO()
        figure.savefig(png, format="png", dpi=_PNG_DPI, metadata={"Software": None})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return png.getvalue(), svg.getvalue()


def set_title(axes: Axes, title: str, width: int = _TITLE_WIDTH) -> None:
    """Write ``title`` above the plot in lines of ``width`` characters."""
    wrapped = "\n".join(textwrap.wrap(title, width))
    axes.set_title(wrapped, loc="left", fontsize=12, fontweight="bold", pad=12)


def _set_axes(axes: Axes, chart: Chart) -> None:
    set_title(axes, chart.title)
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.8)
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
    if chart.x_ticks:
        axes.set_xticks([place for place, _ in chart.x_ticks], [label for _, label in chart.x_ticks])
        axes.set_xlim(-0.4, len(chart.x_ticks) - 0.6)
    if not chart.x_ticks and not chart.x_logarithmic:
        axes.set_xlim(0, 1.03 * max(x for x, _ in points) or 1)
    if not chart.y_logarithmic:
        # The labels of marks stand above what is drawn.
        headroom = 1.06 if not chart.marks else 1.1 + 0.06 * min(len(chart.marks), _MARK_ROWS)
        axes.set_ylim(0, headroom * max(y for _, y in points) or 1)


def _short_number(value: float) -> str:
    """Return a tick's number in the form of scan sizes: ``20k``, ``1M``; below 10,000 in full."""
    for size, suffix in ((1e6, "M"), (1e3, "k")):
        if value >= max(size, 1e4):
            return f"{value / size:,.10g}{suffix}"
    return f"{value:,.10g}"


def _draw_level(axes: Axes, level: Level) -> None:
    axes.axhline(level.value, color="#555555", linewidth=1, linestyle=(0, (1, 1.5)))
    axes.annotate(
        level.label,
        xy=(0, level.value),
        xycoords=axes.get_yaxis_transform(),
        xytext=(4, 2),
        textcoords="offset points",
        color="#555555",
        fontsize=9,
    )


def _draw_mark(axes: Axes, mark: Mark, row: int) -> None:
    colour = "#555555" if mark.colour is None else COLOURS[mark.colour % len(COLOURS)]
    axes.axvline(mark.place, color=colour, linewidth=1.2, linestyle=(0, (4, 2)))
    # In the left half the label stands right of its line, in the right half left of it: it stays within the plot.
    low, high = axes.get_xlim()
    left = mark.place < (low + high) / 2
    axes.annotate(
        mark.label,
        xy=(mark.place, 1),
        xycoords=axes.get_xaxis_transform(),
        xytext=(4 if left else -4, -2 - _MARK_HEIGHT * row),
        textcoords="offset points",
        color=colour,
        fontsize=9,
        ha="left" if left else "right",
        va="top",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85},
    )


def _draw_callout(axes: Axes, callout: Callout) -> None:
    colour = COLOURS[callout.colour % len(COLOURS)]
    axes.plot(*callout.point, color=colour, linestyle="", marker="D", markersize=6, markerfacecolor="white")
    axes.annotate(
        callout.text,
        xy=callout.point,
        xytext=(-6, 5),
        textcoords="offset points",
        color=colour,
        fontsize=9,
        ha="right",
    )


def _draw_line(axes: Axes, line: Line) -> None:
    colour = _colour(line)
    x, y = zip(*line.points, strict=True)
    axes.plot(
        x,
        y,
        color=colour,
        linewidth=1.4 if line.dashed else 2,
        linestyle="--" if line.dashed else "-",
        marker=("_" if line.dots else "o") if line.markers else "",
        markersize=16 if line.dots else 6,
    )
    if line.dots:
        dots_x, dots_y = zip(*line.dots, strict=True)
        axes.plot(dots_x, dots_y, color=colour, linestyle="", marker="o", markersize=5, alpha=0.55, markeredgewidth=0)


def _label_lines(axes: Axes, chart: Chart) -> None:
    """Write each line's label right of the plot, at the height of its end but without overlap."""
    axes.autoscale_view()  # Sets the range of a logarithmic axis.
    to_fraction = axes.transScale + axes.transLimits
    ends = [(to_fraction.transform(line.points[-1])[1], line) for line in chart.lines if line.label]
    ends.sort(key=lambda end: end[0])
    heights = _apart([end for end, _ in ends])
    for height, (_, line) in zip(heights, ends, strict=True):
        axes.annotate(
            line.label,
            xy=line.points[-1],
            xycoords="data",
            xytext=(1.03, height),
            textcoords="axes fraction",
            color=_colour(line),
            va="center",
            fontweight="normal" if line.dashed else "bold",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "linestyle": ":",
                "color": _colour(line),
                "linewidth": 1,
                "shrinkA": 0,
                "relpos": (0, 0.5),
            },
        )


def _apart(heights: list[float]) -> list[float]:
    """Spread ascending ``heights`` (fractions of the axes) so that labels do not overlap."""
    gap = min(0.075, 1 / max(len(heights), 1))
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + gap) if moved else max(height, 0.0))
    ceiling = 1.0
    for place in reversed(range(len(moved))):
        moved[place] = min(moved[place], ceiling)
        ceiling = moved[place] - gap
    return moved


def _colour(line: Line) -> str:
    return COLOURS[line.colour % len(COLOURS)]


_RATIOS_TITLE_WIDTH = 50
_MARGIN = 0.04
"""Of the axis' length, on either side."""


def draw_forest(chart: ForestChart) -> tuple[bytes, bytes]:
    """Return ``chart`` as PNG and as SVG; the same chart gives the same bytes."""

    def paint(axes: Axes) -> None:
        set_title(axes, chart.title, _RATIOS_TITLE_WIDTH)
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

    return picture(paint, _HEIGHT_AROUND_ROWS + _ROW_HEIGHT * len(chart.rows))


def _set_limits(axes: Axes, chart: ForestChart) -> None:
    reach = [1.0, 1 / (chart.floor or 1), chart.floor or 1]
    for row in chart.rows:
        reach += [end for end in (row.low, row.value, row.high) if end is not None]
    margin = max(max(reach) / min(reach), 1.05) ** _MARGIN
    low, high = min(reach) / margin, max(reach) * margin
    axes.set_xlim(low, high)
    # Leaves room for the floor's label below the last row.
    axes.set_ylim(len(chart.rows) + 0.1, -0.6)
    axes.xaxis.set_major_locator(FixedLocator(ratio_ticks(low, high)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def _draw_row(axes: Axes, place: int, row: ForestRow) -> None:
    colour = COLOURS[row.colour % len(COLOURS)]
    if row.low is not None and row.high is not None:
        axes.plot((row.low, row.high), (place, place), color=colour, linewidth=2, marker="|", markersize=9)
    # Hollow: a ratio without an interval.
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
