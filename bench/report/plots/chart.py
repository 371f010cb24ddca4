"""The records of pictures: lines, bars, panels, and ratios with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from bench.report.plots.icicle import IcicleChart

Point = tuple[float, float]

_TICKS = (
    (0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3),
    (0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.4, 1.5),
    (0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8, 2),
    (0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5),
    (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20),
    (0.001, 0.01, 0.1, 1, 10, 100, 1_000),
)
"""From fine to coarse; the first that does not crowd the axis is used."""

_CLOSEST_TICKS = 0.16
_UNLABELLED_END = 0.4
"""Shares of the axis' length: the least between two ticks, and the most between its ends and the nearest tick."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A Line is one curve with the label at its end; ``dots`` are single samples beside it.

    ``colour`` is the implementation's slot in the palette, so that it keeps colour and marker in every picture.
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
class Mark:
    """A Mark is a vertical line across the plot at ``place`` of the x axis, with its label at the top.

    ``colour`` is the slot of the implementation which it is about; None where it is about several.
    """

    label: str
    place: float
    colour: int | None = None


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
    """Places on the x axis with their labels; of those that would touch others, some labels are left out."""
    x_true: bool = False
    """Whether the places are sizes, at true distances, rather than categories beside one another."""
    x_logarithmic: bool = False
    y_logarithmic: bool = False
    levels: tuple[Level, ...] = ()
    callouts: tuple[Callout, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ForestRow:
    """A ForestRow is one ratio, other ÷ base: below 1 the other is faster. ``colour`` is the other's slot.

    ``low`` and ``high`` are the ends of its 95 % interval; None if there are too few pairs for one.
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


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A Bar is one implementation's figure, in the unit of the axis; ``dots`` are its single samples."""

    label: str
    text: str
    """The figure with its unit."""
    colour: int
    value: float
    dots: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BarChart:
    """A BarChart is one figure of each implementation on a single data set, from top to bottom."""

    name: str
    title: str
    alt: str
    x_label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A Panel is one implementation's curve, with its peak in words."""

    label: str
    text: str
    colour: int
    points: tuple[Point, ...]
    crosses: tuple[Point, ...] = ()
    """What happened on the way, such as a kill."""


@dataclass(frozen=True, kw_only=True)
class PanelChart:
    """A PanelChart is small multiples: a panel for each implementation, all with the same axes and levels."""

    name: str
    title: str
    alt: str
    x_label: str
    y_label: str
    panels: tuple[Panel, ...]
    levels: tuple[Level, ...] = ()


Picture = Chart | ForestChart | BarChart | PanelChart | IcicleChart


def ratio_ticks(low: float, high: float) -> list[float]:
    """Return where to label an axis of ratios from ``low`` to ``high``, which is logarithmic and holds 1."""
    span = math.log(high / low)
    for candidates in _TICKS:
        ticks = [tick for tick in candidates if low <= tick <= high]
        gaps = [math.log(after / before) / span for before, after in pairwise([low, *ticks, high])]
        if max(gaps[0], gaps[-1]) <= _UNLABELLED_END and min(gaps[1:-1], default=1) >= _CLOSEST_TICKS:
            break
    return ticks
