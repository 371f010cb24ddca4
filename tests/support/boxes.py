"""What a drawn picture consists of, as boxes and segments in pixels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from bench.report.plots.chart import Picture
from bench.report.plots.draw import drawn
from bench.report.plots.draw_lines import drawn_marks, drawn_segments
from bench.report.plots.painter import words_box
from bench.report.plots.palette import LIGHT, Theme
from bench.report.plots.placing import Box, crosses

_TOUCH = 0.5
"""Pixels by which boxes may overlap: characters have room around them."""


def faults(picture: Picture, theme: Theme = LIGHT) -> list[str]:
    """Say which texts cross another one, or data, or the edge of the picture."""
    with drawn(picture, theme) as figure:
        return list(faults_of(figure))


def faults_of(figure: Figure) -> Iterator[str]:
    """Yield what ``faults`` returns of a figure that is drawn."""
    whole = Box(0, 0, figure.bbox.width, figure.bbox.height)
    texts = [(one.get_text(), words_box(one).wider(-_TOUCH)) for one in _texts(figure)]
    for words, box in texts:
        if not box.within(whole):
            yield f"{words!r} leaves the picture"
    for (first, box), (second, other) in combinations(texts, 2):
        if box.overlaps(other):
            yield f"{first!r} touches {second!r}"
    for axes in figure.axes:
        yield from _crossings(axes, texts)


def _texts(figure: Figure) -> Iterator[Text]:
    """Yield every text that is drawn; axes also have ticks beyond their ends, which are not."""
    found = list(figure.texts)
    for axes in figure.axes:
        if axes.axison:
            found += [*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label]
            for axis, at in ((axes.xaxis, 0), (axes.yaxis, 1)):
                low, high = sorted(axis.get_view_interval())
                found += [one for one in axis.get_ticklabels() if low <= one.get_position()[at] <= high]
    yield from (one for one in found if one.get_visible() and one.get_text().strip())


def _crossings(axes: Axes, texts: list[tuple[str, Box]]) -> Iterator[str]:
    segments, marks = drawn_segments(axes), tuple(drawn_marks(axes))
    for words, box in texts:
        if any(crosses(box, one) for one in segments):
            yield f"{words!r} crosses a line"
        if any(box.overlaps(one) for one in marks):
            yield f"{words!r} covers a mark"
