"""A Painter: what draws one kind of picture, and the sizes and helpers that all kinds share."""

from __future__ import annotations

import textwrap
from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import BboxBase

from bench.report.plots.placing import Box
from bench.words import shorten

HEIGHT = 4.6
"""Inches; pictures with much in them are higher."""

SMALL, LABEL, AXIS, TITLE = 9.0, 10.0, 11.0, 12.5
"""Font sizes in points."""

_LONGEST_LINE, _SHORTEST_LINE = 100, 16
"""Characters of a line: tried from the longest, until it fits."""

_TEXT_MARGIN = 0.015
"""Of the picture's width, on either side of a text that is as wide as it."""

_BETWEEN_TICKS = 4.0
"""Pixels at the size of a PNG, on either side of a tick's label."""


class Painter(Protocol):
    """A Painter draws one picture into a figure: everything first, and then, in the layout, what depends on that."""

    @property
    def height(self) -> float:
        """The figure's height in inches."""
        ...

    def paint(self, figure: Figure) -> None:
        """Draw everything."""
        ...

    def place(self, figure: Figure) -> None:
        """Move what must not touch anything else."""
        ...


def box_of(extent: BboxBase) -> Box:
    """Return the Box of an extent in pixels."""
    return Box(extent.x0, extent.y0, extent.x1, extent.y1)


def words_box(text: Text) -> Box:
    """Return the Box of a text itself; an annotation's own extent has its leader, too."""
    return box_of(Text.get_window_extent(text))


def fit(text: Text, width: float) -> None:
    """Shorten ``text`` until it is no wider than ``width`` pixels, in its middle: names differ at either end."""
    whole = text.get_text()
    for length in range(len(whole), 3, -1):
        if Text.get_window_extent(text).width <= width:
            return
        text.set_text(shorten(whole, length - 1))


def set_title(figure: Figure, title: str) -> None:
    """Write ``title`` above everything, from the left."""
    text = figure.suptitle("", x=_TEXT_MARGIN, ha="left", fontsize=TITLE, fontweight="bold")
    _wrap(figure, text, title)


def label_below(figure: Figure, *lines: str) -> None:
    """Write what the x axis shows below everything, in the middle."""
    text = figure.supxlabel("", fontsize=AXIS)
    wrapped = []
    for line in lines:
        _wrap(figure, text, line)
        wrapped.append(text.get_text())
    text.set_text("\n".join(wrapped))


def _wrap(figure: Figure, text: Text, words: str) -> None:
    """Set ``text`` to ``words`` in the longest lines that are no wider than the picture."""
    for width in range(_LONGEST_LINE, _SHORTEST_LINE, -2):
        text.set_text("\n".join(textwrap.wrap(words, width, break_on_hyphens=False)))
        if words_box(text).width <= (1 - 2 * _TEXT_MARGIN) * figure.bbox.width:
            return


def thin_ticks(axes: Axes) -> None:
    """Leave out the labels on the x axis that would touch one that stays: from the right, so that the last one does."""
    axis = axes.xaxis
    low, high = sorted(axis.get_view_interval())
    labels = axis.get_ticklabels()
    texts = [one.get_text() for one in labels]
    kept: list[Box] = []
    for at, label in sorted(enumerate(labels), key=lambda one: -one[1].get_position()[0]):
        if not texts[at] or not low <= label.get_position()[0] <= high:
            continue
        box = words_box(label).wider(_BETWEEN_TICKS)
        if any(box.overlaps(one) for one in kept):
            texts[at] = ""
        else:
            kept.append(box)
    axes.set_xticks(axis.get_majorticklocs(), texts)
    axes.set_xlim(low, high)
