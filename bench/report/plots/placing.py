"""Where labels go: beside one another without overlap, and near a point without touching what is drawn. In pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A Box is a rectangle, its sides parallel to the axes."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom

    def overlaps(self, other: Box) -> bool:
        """Whether the two share any area."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )

    def within(self, other: Box) -> bool:
        """Whether it lies in ``other`` wholly."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.bottom <= self.bottom
            and self.top <= other.top
        )

    def wider(self, by: float) -> Box:
        """Return it with ``by`` more on each side."""
        return Box(self.left - by, self.bottom - by, self.right + by, self.top + by)


Segment = tuple[tuple[float, float], tuple[float, float]]


def crosses(box: Box, segment: Segment) -> bool:
    """Whether any part of ``segment`` lies in ``box`` (clipping by Liang and Barsky)."""
    (x, y), (x_end, y_end) = segment
    first, last = 0.0, 1.0
    for step, room in (
        (x - x_end, x - box.left),
        (x_end - x, box.right - x),
        (y - y_end, y - box.bottom),
        (y_end - y, box.top - y),
    ):
        if step == 0:
            if room < 0:
                return False
            continue
        share = room / step
        if step < 0:
            first = max(first, share)
        else:
            last = min(last, share)
        if first > last:
            return False
    return True


def apart(places: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Return where the centres of labels go that want ascending ``places`` and take ``sizes``: in order, not touching.

    Between ``low`` and ``high`` where they have room there, else beyond ``low``.
    """
    moved: list[float] = []
    floor = low
    for place, size in zip(places, sizes, strict=True):
        moved.append(max(place, floor + size / 2))
        floor = moved[-1] + size / 2
    ceiling = high
    for at in reversed(range(len(moved))):
        moved[at] = min(moved[at], ceiling - sizes[at] / 2)
        ceiling = moved[at] - sizes[at] / 2
    return moved


_DISTANCES = (12.0, 20.0, 32.0, 50.0, 75.0, 110.0, 160.0, 230.0)
_DIRECTIONS = 16


def near(
    point: tuple[float, float],
    width: float,
    height: float,
    room: Box,
    boxes: Iterable[Box],
    segments: Iterable[Segment],
) -> Box:
    """Return a place for a label of that size near ``point`` and within ``room``, free of ``boxes`` and ``segments``.

    The nearest one, upper left first; where there is none, the one that touches least.
    """
    taken, lines = tuple(boxes), tuple(segments)
    best: tuple[int, Box] | None = None
    for distance in _DISTANCES:
        for turn in range(_DIRECTIONS):
            angle = math.pi * (0.75 + 2 * turn / _DIRECTIONS)
            x = point[0] + math.cos(angle) * (distance + width / 2)
            y = point[1] + math.sin(angle) * (distance + height / 2)
            box = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            if not box.within(room):
                continue
            touched = sum(box.overlaps(one) for one in taken) + sum(crosses(box, one) for one in lines)
            if not touched:
                return box
            if best is None or touched < best[0]:
                best = touched, box
    return best[1] if best else Box(point[0], point[1], point[0] + width, point[1] + height)
