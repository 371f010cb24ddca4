"""Pictures drawn as PNG and SVG: readable at 800 pixels, labelled at the lines, safe for colour-blind readers."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.report.plots.chart import BarChart, Chart, ForestChart, PanelChart, Picture
from bench.report.plots.draw_icicle import IciclePainter
from bench.report.plots.draw_lines import LinePainter
from bench.report.plots.draw_panels import PanelPainter
from bench.report.plots.draw_rows import BarPainter, ForestPainter
from bench.report.plots.icicle import IcicleChart
from bench.report.plots.painter import Painter, set_title
from bench.report.plots.palette import LIGHT, Theme

_WIDTH = 8.0
"""Inches; at 100 dots per inch the picture is 800 pixels wide."""

_PNG_DPI = 200


def draw(picture: Picture, theme: Theme = LIGHT) -> tuple[bytes, bytes]:
    """Return ``picture`` as PNG and as SVG; the same one gives the same bytes."""
    with drawn(picture, theme) as figure:
        return _saved(figure, "png"), _saved(figure, "svg")


def draw_svg(picture: Picture, theme: Theme = LIGHT) -> bytes:
    """Return ``picture`` as SVG alone."""
    with drawn(picture, theme) as figure:
        return _saved(figure, "svg")


@contextmanager
def drawn(picture: Picture, theme: Theme = LIGHT) -> Iterator[Figure]:
    """Give the figure with everything in its final place; the user's configuration has no influence on it."""
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()  # A user's matplotlibrc must not change what a report looks like.
        mpl.rcParams.update(_settings(theme))
        # Characters that the font lacks are drawn as boxes; a warning would not help.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        painter = _painter(picture, theme)
        figure = Figure(figsize=(_WIDTH, painter.height), layout="constrained")
        FigureCanvasAgg(figure)
        set_title(figure, picture.title)
        painter.paint(figure)
        figure.draw_without_rendering()
        painter.place(figure)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # what was placed stays there
        yield figure


def _settings(theme: Theme) -> Any:  # its keys are a type of 300 names
    return {
        "svg.hashsalt": "bench",
        "text.hinting": "no_hinting",  # or texts are wider at one size than at another
        "figure.dpi": _PNG_DPI,
        "figure.constrained_layout.h_pad": 0.08,
        "figure.constrained_layout.w_pad": 0.08,
        "text.parse_math": False,  # A name may hold dollar signs.
        "font.size": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "figure.facecolor": theme.background,
        "axes.facecolor": theme.background,
        "savefig.facecolor": theme.background,
        "text.color": theme.text,
        "axes.labelcolor": theme.text,
        "axes.edgecolor": theme.muted,
        "xtick.color": theme.muted,
        "ytick.color": theme.muted,
        "xtick.labelcolor": theme.text,
        "ytick.labelcolor": theme.text,
        "grid.color": theme.grid,
    }


def _painter(picture: Picture, theme: Theme) -> Painter:
    match picture:
        case Chart():
            return LinePainter(picture, theme)
        case BarChart():
            return BarPainter(picture, theme)
        case PanelChart():
            return PanelPainter(picture, theme)
        case IcicleChart():
            return IciclePainter(picture, theme)
        case ForestChart():
            return ForestPainter(picture, theme)


def _saved(figure: Figure, kind: str) -> bytes:
    target = BytesIO()
    if kind == "png":
        figure.savefig(target, format="png", dpi=_PNG_DPI, metadata={"Software": None})
    else:
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    return target.getvalue()
