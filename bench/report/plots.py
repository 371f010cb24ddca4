"""Charts drawn: PNG and SVG, readable at 800 pixels, labelled at the lines, safe for colour-blind eyes."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Callable
from io import BytesIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from bench.report.charts import Callout, Chart, Level, Line

COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's palette without its yellow, which is too light for a line on white."""

_SIZE = (8.0, 4.6)
"""Inches; at 100 dots per inch the picture is 800 pixels wide."""

_PNG_DPI = 200
_TITLE_WIDTH = 70
_MOST_SPAN = 1_000
"""Largest over smallest value from which a logarithmic axis has room for labels at powers of ten alone."""


def draw(chart: Chart) -> tuple[bytes, bytes]:
    """Return ``chart`` as PNG and as SVG; the same chart gives the same bytes."""

    def paint(axes: Axes) -> None:
        _set_axes(axes, chart)
        for level in chart.levels:
            _draw_level(axes, level)
        for line in chart.lines:
            _draw_line(axes, line)
        for callout in chart.callouts:
            _draw_callout(axes, callout)
        _label_lines(axes, chart)

    return picture(paint)


def picture(paint: Callable[[Axes], None]) -> tuple[bytes, bytes]:
    """Return what ``paint`` draws as PNG and as SVG, in the suite's own style whatever the user configured."""
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()  # A user's matplotlibrc must not change what a report looks like.
        mpl.rcParams["svg.hashsalt"] = "bench"
        mpl.rcParams["text.parse_math"] = False  # A name may hold dollar signs.
        mpl.rcParams["font.size"] = 11
        mpl.rcParams["axes.spines.top"] = mpl.rcParams["axes.spines.right"] = False
        # A name may hold characters that the font lacks; they are drawn as boxes, and no word about it helps.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=_SIZE, layout="constrained")
        FigureCanvasAgg(figure)
        paint(figure.add_subplot())
        png, svg = BytesIO(), BytesIO()
        figure.savefig(png, format="png", dpi=_PNG_DPI, metadata={"Software": None})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return png.getvalue(), svg.getvalue()


def set_title(axes: Axes, title: str, width: int = _TITLE_WIDTH) -> None:
    """Write ``title`` above the plot, over as many lines of ``width`` characters as it takes."""
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
        axes.set_ylim(0, 1.06 * max(y for _, y in points) or 1)


def _short_number(value: float) -> str:
    """Return a tick's number as scan sizes are written: ``20k``, ``1M``; below 10,000 in full."""
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
    """Write each line's label to the right of the plot at the height of its end, moved apart where they would touch."""
    axes.autoscale_view()  # A logarithmic axis has its limits from here on.
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
    """Move ascending ``heights`` (fractions of the axes) apart, so that each label has a line of its own."""
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
