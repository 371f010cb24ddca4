"""What was published and what the production code measured, before and after, as data.

The published figures are those of the pull request that turned the task into a stream; the production figures were
taken with the production code of both sides on PostgreSQL 15 and 2 shared cores, over the real catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass

_MEGABYTE = 1_000_000

BEFORE = "materializing"
"""The implementation that reproduces the code before the pull request."""

AFTER = "streaming"
"""The implementation that reproduces the code after it."""

Pair = tuple[float, float]
"""A figure before and after."""


@dataclass(frozen=True)
class PublishedFigure:
    """One metric on one scan size, in the metric's unit: as the pull request gives it and as production measured it."""

    findings: int
    regions: int
    metric: str
    pull_request: Pair | None
    production: Pair | None


def _megabytes(before: float, after: float) -> Pair:
    return before * _MEGABYTE, after * _MEGABYTE


PUBLISHED = (
    PublishedFigure(100, 3, "wall_seconds", (4.9, 3.2), (1.10, 1.01)),
    PublishedFigure(100, 3, "peak_heap_bytes", _megabytes(35, 32), _megabytes(35.4, 32.2)),
    PublishedFigure(100, 3, "peak_heap_untraced_bytes", None, _megabytes(23.8, 23.7)),
    PublishedFigure(100, 3, "peak_rss_bytes", None, _megabytes(23, 23)),
    PublishedFigure(100, 3, "statements_django", (19, 18), None),
    PublishedFigure(1_000, 8, "wall_seconds", (13.5, 8.2), (3.6, 2.8)),
    PublishedFigure(1_000, 8, "peak_heap_bytes", _megabytes(53, 35), _megabytes(52.3, 34.4)),
    PublishedFigure(1_000, 8, "peak_heap_untraced_bytes", None, _megabytes(39.6, 23.9)),
    PublishedFigure(1_000, 8, "peak_rss_bytes", None, _megabytes(38, 23)),
    PublishedFigure(1_000, 8, "statements_django", (19, 18), None),
    PublishedFigure(10_000, 20, "wall_seconds", (36.5, 21.3), (8.6, 7.3)),
    PublishedFigure(10_000, 20, "peak_heap_bytes", _megabytes(99, 44), _megabytes(99.2, 45.2)),
    PublishedFigure(10_000, 20, "peak_heap_untraced_bytes", None, _megabytes(90.0, 35.7)),
    PublishedFigure(10_000, 20, "peak_rss_bytes", None, _megabytes(99, 40)),
    PublishedFigure(10_000, 20, "statements_django", (19, 18), None),
    PublishedFigure(100_000, 30, "wall_seconds", None, (33.8, 13.9)),
    PublishedFigure(100_000, 30, "peak_heap_untraced_bytes", None, _megabytes(513.8, 53.1)),
    PublishedFigure(100_000, 30, "peak_rss_bytes", None, _megabytes(581, 58)),
)


def published_for(findings: int, regions: int) -> tuple[PublishedFigure, ...]:
    """Return the figures known for a scan of this size, in the order of the reports; none for another size."""
    return tuple(figure for figure in PUBLISHED if (figure.findings, figure.regions) == (findings, regions))
