"""Icicles: every box below its caller, named where its name fits."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bench.report.plots.icicle import IcicleBox, IcicleChart, Shade
from bench.report.plots.icicle_colours import FILLS, GROWN, SAME, SHRUNK, fill_of, ink_on
from bench.report.plots.palette import Theme
from bench.words import shorten

_LEVEL_HEIGHT, _HEIGHT_AROUND_LEVELS = 0.27, 1.5
"""Inches."""
_LEAST_LEVEL = 0.02
"""Of the whole width: levels in which every box is narrower are left to the page, where one can click into them."""
_LEAST_LETTERS = 7
"""A shorter beginning and end of a name say nothing."""
_LETTERS = 105
"""As many letters of the font's size fit into the whole width."""
_KEYS = {
    Shade.OWN: "the project's code",
    Shade.LIBRARY: "packages and Python",
    Shade.WAITING: "waiting",
    Shade.REST: "small paths, together",
}


@dataclass(frozen=True)
class _Place:
    left: float
    width: float
    level: int


class IciclePainter:
    """An IciclePainter draws an IcicleChart: every box below its caller, named where its name fits."""

    def __init__(self, chart: IcicleChart, theme: Theme) -> None:
        self._chart = chart
        self._theme = theme
        self._places = laid_out(chart.boxes)
        self._deepest = max(place.level for place in self._places if place.width >= _LEAST_LEVEL)

    @property
    def height(self) -> float:
        """As high as its levels need."""
        return _HEIGHT_AROUND_LEVELS + _LEVEL_HEIGHT * (self._deepest + 1.9)

    def paint(self, figure: Figure) -> None:
        """Draw the boxes, callers above what they call."""
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(self._deepest + 1.9, 0)
        for place, box in zip(self._places, self._chart.boxes, strict=True):
            if place.level > self._deepest:
                continue
            _draw_box(axes, place, box, fill_of(box, compares=self._chart.compares), self._theme)
        _draw_key(axes, self._chart, self._deepest + 1.35, self._theme)

    def place(self, figure: Figure) -> None:
        """Nothing depends on the layout: texts are cut at their boxes."""


def laid_out(boxes: tuple[IcicleBox, ...]) -> list[_Place]:
    """Return where each box is, as shares of the whole width; boxes with one caller stand beside one another."""
    whole = max(boxes[0].size, 1)
    places: list[_Place] = []
    filled: list[float] = []
    for box in boxes:
        width = box.size / whole
        if box.parent < 0:
            places.append(_Place(0.0, 1.0, 0))
        else:
            places.append(_Place(filled[box.parent], width, places[box.parent].level + 1))
            filled[box.parent] += width
        filled.append(places[-1].left)
    return places


def _draw_box(axes: Axes, place: _Place, box: IcicleBox, fill: str, theme: Theme) -> None:
    shape = Rectangle(
        (place.left, place.level), place.width, 0.96, facecolor=fill, edgecolor=theme.background, linewidth=0.6
    )
    axes.add_patch(shape)
    letters = int(place.width * _LETTERS)
    text = box.label
    if letters < min(_LEAST_LETTERS, len(text)):
        return
    if len(text) + len(box.details[-1]) + 2 <= letters:
        text = f"{text}  {box.details[-1]}"
    axes.text(
        place.left + 0.004,
        place.level + 0.5,
        shorten(text, letters),
        fontsize=8,
        va="center",
        color=ink_on(fill),
        clip_path=shape,
        clip_on=True,
    )


def _draw_key(axes: Axes, chart: IcicleChart, level: float, theme: Theme) -> None:
    """Say below the boxes what their colours and widths mean."""
    if chart.compares:
        keys = [("grew", _hex(GROWN)), ("as before", _hex(SAME)), ("shrank", _hex(SHRUNK))]
        note = "a box is as wide as the larger side"
    else:
        present = {box.shade for box in chart.boxes[1:]}
        keys = [(text, FILLS[shade]) for shade, text in _KEYS.items() if shade in present]
        note = "a box is as wide as it and all that it calls"
    left = 0.0
    for text, fill in keys:
        axes.add_patch(Rectangle((left, level), 0.02, 0.5, facecolor=fill, edgecolor=theme.muted, linewidth=0.5))
        axes.text(left + 0.026, level + 0.27, text, fontsize=8, va="center", color=theme.text)
        left += 0.05 + len(text) / _LETTERS
    axes.text(1, level + 0.27, note, fontsize=8, va="center", ha="right", color=theme.muted)


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02X}{:02X}{:02X}".format(*colour)
