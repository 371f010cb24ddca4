"""What was published and what the production code measured, before and after, as data.

The published figures are those of the pull request that turned the task into a stream; the production figures were
taken with the production code of both sides on PostgreSQL 15 and 2 shared cores, over the real catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.jobs.published import PublishedFigure

_MEGABYTE = 1_000_000

BEFORE = "materializing"
"""The implementation that reproduces the code before the pull request."""

AFTER = "streaming"
"""The implementation that reproduces the code after it."""

Pair = tuple[float, float]
"""A figure before and after."""


@dataclass(frozen=True)
class _Published:
    """One metric on one scan size, in the metric's unit: as the pull request gives it and as production measured it."""

    findings: int
    regions: int
    metric: str
    pull_request: Pair | None
    production: Pair | None


def _megabytes(before: float, after: float) -> Pair:
    return before * _MEGABYTE, after * _MEGABYTE


PUBLISHED = (
    _Published(100, 3, "wall_seconds", (4.9, 3.2), (1.10, 1.01)),
    _Published(100, 3, "peak_heap_bytes", _megabytes(35, 32), _megabytes(35.4, 32.2)),
    _Published(100, 3, "peak_heap_untraced_bytes", None, _megabytes(23.8, 23.7)),
    _Published(100, 3, "peak_rss_bytes", None, _megabytes(23, 23)),
    _Published(100, 3, "statements_django", (19, 18), None),
    _Published(1_000, 8, "wall_seconds", (13.5, 8.2), (3.6, 2.8)),
    _Published(1_000, 8, "peak_heap_bytes", _megabytes(53, 35), _megabytes(52.3, 34.4)),
    _Published(1_000, 8, "peak_heap_untraced_bytes", None, _megabytes(39.6, 23.9)),
    _Published(1_000, 8, "peak_rss_bytes", None, _megabytes(38, 23)),
    _Published(1_000, 8, "statements_django", (19, 18), None),
    _Published(10_000, 20, "wall_seconds", (36.5, 21.3), (8.6, 7.3)),
    _Published(10_000, 20, "peak_heap_bytes", _megabytes(99, 44), _megabytes(99.2, 45.2)),
    _Published(10_000, 20, "peak_heap_untraced_bytes", None, _megabytes(90.0, 35.7)),
    _Published(10_000, 20, "peak_rss_bytes", None, _megabytes(99, 40)),
    _Published(10_000, 20, "statements_django", (19, 18), None),
    _Published(100_000, 30, "wall_seconds", None, (33.8, 13.9)),
    _Published(100_000, 30, "peak_heap_untraced_bytes", None, _megabytes(513.8, 53.1)),
    _Published(100_000, 30, "peak_rss_bytes", None, _megabytes(581, 58)),
)


ABOUT_PUBLISHED = (
    "The pull request's peaks are memray peaks with Python allocators traced, as here. Its times fit a run under a "
    "memory tracer (under tracemalloc the production code took 24.7 → 17.9 s at 10k/20, and untraced 8.6 → 7.3 s). "
    "This run never times under a tracer, so its times are to be set beside production's, not the pull request's. "
    "Times depend on the machine as well; peaks hardly do."
)


def published_for(findings: int, regions: int) -> tuple[PublishedFigure, ...]:
    """Return the figures known for a scan of this size; none for another size."""
    return tuple(
        PublishedFigure(source=source, implementation=implementation, metric=one.metric, value=value)
        for one in PUBLISHED
        if (one.findings, one.regions) == (findings, regions)
        for source, pair in (("pull request", one.pull_request), ("production code", one.production))
        if pair is not None
        for implementation, value in zip((BEFORE, AFTER), pair, strict=True)
    )
