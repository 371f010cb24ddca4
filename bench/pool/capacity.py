"""The capacity of a limit: how many calls at once fit, how many an hour, and what settings change about it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import replace

from bench.errors import MeasurementError
from bench.jobs.implementation import Implementation
from bench.pool.grounds import Field
from bench.results.pool import BESIDE_LIVING, Advice, Capacity, ConcurrencyTrial, Delivery, PoolRun, PoolSettings

_ROUND = 1024 * 1024
"""``--max-memory-per-child`` is advised in whole mebibytes."""


def find_capacity(field: Field, implementation: Implementation, settings: PoolSettings, most: int) -> Capacity:
    """Find the most calls at once of which no child is killed, up to ``most``, and try settings there.

    ``field`` has the data of at least ``most`` calls. Raises MeasurementError for a pool that fails otherwise.
    """
    assert settings.limit_bytes is not None  # a capacity is one of a limit
    trials: dict[int, PoolRun] = {}
    fits, killed = 0, most + 1
    candidate = 1
    while killed - fits > 1:
        trials[candidate] = run = _pool(field, implementation, settings, candidate)
        if run.kills:
            killed = candidate
        else:
            fits = candidate
        candidate = _next(trials, fits, killed, settings.limit_bytes)
    best = trials.get(fits)
    chosen = replace(settings, concurrency=max(fits, 1), limit_by=next(iter(trials.values())).settings.limit_by)
    return Capacity(
        implementation=implementation.name,
        settings=chosen,
        scan=field.calls[0][0],
        at_once=fits,
        killed_at=None if killed > most else killed,
        per_hour=None if best is None else best.per_hour,
        peak_pss_bytes=0 if best is None else best.peak_pss_bytes,
        trials=tuple(
            ConcurrencyTrial(
                concurrency=count,
                kills=len(run.kills),
                peak_pss_bytes=run.peak_pss_bytes,
                per_hour=run.per_hour,
            )
            for count, run in sorted(trials.items())
        ),
        advice=() if best is None else tuple(_advice(field, implementation, chosen)),
    )


def _next(trials: dict[int, PoolRun], fits: int, killed: int, limit: int) -> int:
    """Guess from what one more call costs; never outside of what is still open."""
    run = trials.get(fits)
    if run is None or not run.points:
        return (fits + killed) // 2
    parent = max(run.points, key=lambda point: point.pss_bytes).parent_bytes
    each = max(1.0, (run.peak_pss_bytes - parent) / fits)
    guess = int((limit - parent) / each)
    return min(max(guess, fits + 1), killed - 1)


def _pool(field: Field, implementation: Implementation, settings: PoolSettings, count: int) -> PoolRun:
    run = field.pool(
        implementation,
        replace(settings, concurrency=count),
        count,
        title=f"{field.calls[0][0]}: {implementation.name}, {count} at once",
    )
    if run.failure and not run.kills:
        raise MeasurementError(f"{implementation.name}: {run.failure}")
    return run


def _advice(field: Field, implementation: Implementation, settings: PoolSettings) -> Iterator[Advice]:
    """Yield what was seen of the pool as it is, of children that live on, and of what bounds these."""
    size = len(field.calls)

    def tried(name: str, changed: PoolSettings) -> Advice:
        # Twice as many calls as fit at once, where there is data: what a child keeps shows in its second call.
        run = field.pool(
            implementation,
            changed,
            min(size, 2 * settings.concurrency),
            title=f"{field.calls[0][0]}: {implementation.name}, {name}",
        )
        return Advice(
            setting=name,
            kills=len(run.kills),
            peak_pss_bytes=run.peak_pss_bytes,
            kept_bytes=_kept([one.end_pss_bytes for one in _ended(run)]),
            kept_rss_bytes=_kept([one.end_rss_bytes for one in _ended(run)]),
            per_hour=run.per_hour,
            children=len({one.child for task in run.tasks for one in task.deliveries}),
        )

    yield tried("as it is", settings)
    living = replace(settings, tasks_per_child=0, max_memory_per_child_bytes=None)
    lives_on = tried("--tasks-per-child 0", living)
    yield lives_on
    bound = _bound(lives_on)
    if bound is not None:
        yield tried(
            f"{BESIDE_LIVING}--max-memory-per-child {bound // _ROUND}M",
            replace(living, max_memory_per_child_bytes=bound),
        )
    for variable, value in (("MALLOC_ARENA_MAX", "2"), ("MALLOC_TRIM_THRESHOLD_", "131072")):
        yield tried(
            f"{BESIDE_LIVING}{variable}={value}",
            replace(living, variables={**living.variables, variable: value}),
        )


def _ended(run: PoolRun) -> list[Delivery]:
    return [one for task in run.tasks for one in task.deliveries if one.end is not None]


def _kept(memory: list[int]) -> int | None:
    return round(statistics.median(memory)) if any(memory) else None


def _bound(lives_on: Advice) -> int | None:
    """A tenth above what a child keeps: one that holds more is replaced before its next call."""
    return None if lives_on.kept_rss_bytes is None else round(1.1 * lives_on.kept_rss_bytes / _ROUND) * _ROUND
