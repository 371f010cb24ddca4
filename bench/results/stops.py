"""Stops: how many pairs of two implementations a run took, and why it took no more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class StopReason(Enum):
    """Why no more pairs were taken."""

    ABOVE = "above"
    """Decided: the ratio is above what the question allows."""
    BELOW = "below"
    """Decided: the ratio is below it."""
    WITHIN = "within"
    """Decided: the ratio is within it."""
    PRECISE = "precise"
    """The interval is as narrow as was asked for."""
    BUDGET = "budget"
    """The minutes are spent."""
    FAILED = "failed"
    """One of the two implementations failed."""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A Stop is the end of the pairs of two implementations on one scan, in a run that chose their number itself.

    The question was whether ``other`` ÷ ``base`` of the metric lies within ``low`` to ``high``; both are 1 where any
    difference counts.
    """

    scan: str
    base: str
    other: str
    metric: str
    pairs: int
    reason: StopReason
    low: float = 1.0
    high: float = 1.0
