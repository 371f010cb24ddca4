"""Published figures: what others measured of a job's implementations, to be set beside a run's own figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PublishedFigure:
    """A PublishedFigure is one metric of one implementation on one data set, as somebody else gives it."""

    source: str
    """Who gives it, such as ``pull request``; figures of one source stand in one column."""
    implementation: str
    metric: str
    value: float
    """In the metric's unit."""
