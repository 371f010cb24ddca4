"""The records of a chart: lines, levels and marks, or ratios with intervals; and the one palette."""

from __future__ import annotations

from dataclasses import dataclass

PALETTE = (
    ("orange", "#D55E00"),
    ("blue", "#0072B2"),
    ("green", "#009E73"),
    ("pink", "#CC79A7"),
    ("yellow", "#E69F00"),
    ("light blue", "#56B4E9"),
    ("black", "#000000"),
)
"""Okabe and Ito's palette, with the words for its colours, less its yellow, which is too light on white."""

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A Line is one curve with the label at its end; ``dots`` are single samples beside it.

    ``colour`` is the place of the implementation in the run, so that it keeps its colour in every chart.
    """

    label: str
    colour: int
    points: tuple[Point, ...]
    dots: tuple[Point, ...] = ()
    markers: bool = True
    dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Level:
    """A Level is a horizontal line across the plot at ``value`` of the y axis, a memory limit for example."""

    label: str
    value: float


@dataclass(frozen=True, kw_only=True)
class Callout:
    """A Callout is a mark at one point with a few words beside it, in the colour of an implementation."""

    text: str
    colour: int
    point: Point


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A Chart is lines in the units of its axes, and a title and an alternative text that state the message.

    A line without a label is drawn and not named: it continues another.
    """

    name: str
    title: str
    alt: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, str], ...] = ()
    """Places on the x axis with their labels, where it holds categories."""
    x_logarithmic: bool = False
    y_logarithmic: bool = False
    levels: tuple[Level, ...] = ()
    callouts: tuple[Callout, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ForestRow:
    """A ForestRow is one ratio, other ÷ base: below 1 the other is faster. ``colour`` is the other's place in the run.

    ``low`` and ``high`` are the ends of its 95 % interval; None where there are too few pairs for one.
    """

    label: str
    text: str
    colour: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class ForestChart:
    """A ForestChart is rows from top to bottom, and the factor by which equal code differs by chance, if known."""

    name: str
    title: str
    alt: str
    x_label: str
    rows: tuple[ForestRow, ...]
    floor: float | None
    floor_label: str
