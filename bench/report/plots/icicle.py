"""The record of an icicle: boxes below boxes, as wide as what a function and all that it calls hold or spend."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Shade(Enum):
    """What a box is, which decides about its colour."""

    OWN = "own"
    """A function of the project."""
    LIBRARY = "library"
    """A function of an installed package or of Python."""
    WAITING = "waiting"
    """Time in which nothing ran."""
    REST = "rest"
    """The whole, or what is too small to show."""


@dataclass(frozen=True, kw_only=True)
class IcicleBox:
    """An IcicleBox is one function reached by one path."""

    parent: int
    """Its place among the boxes, where it comes before this one; -1 for the first box alone, which is the whole."""
    label: str
    details: tuple[str, ...]
    """Lines that say where it is and what it holds."""
    size: int
    """Its own and that of all that it calls."""
    shade: Shade
    change: float = 0.0
    """Between -1 and 1: how much of its size is new, or is gone where it is negative."""


@dataclass(frozen=True, kw_only=True)
class IcicleChart:
    """An IcicleChart is boxes, callers first, a title and an alternative text that states the message."""

    name: str
    title: str
    alt: str
    boxes: tuple[IcicleBox, ...]
    compares: bool
    """Whether colours show changes."""
