"""The record of a pool, made of its journal and of what the watch has seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.pool.journal import Attempt, TaskLog, TaskLogs
from bench.pool.watch import PoolWatch
from bench.results.pool import Delivery, End, Kill, PoolPoint, PoolRun, PoolSettings, PoolTask

MOST_POINTS = 600
"""Of a plot; of more, those with the largest PSS of each stretch are kept."""


def pool_run(
    implementation: str, settings: PoolSettings, labels: Sequence[str], tasks: TaskLogs, watch: PoolWatch, **rest: Any
) -> PoolRun:
    """Return the record of a pool whose tasks have the data sets ``labels``; rows are checked afterwards."""
    start = tasks.first_begin()
    zero = start if start is not None else (watch.readings[0].seconds if watch.readings else 0.0)
    end = tasks.last_end()
    children: dict[int, int] = {}
    for attempt in sorted(_attempts(tasks), key=lambda one: one.begin.seconds):
        children.setdefault(attempt.begin.pid, len(children))
    by_kill = {
        attempt.begin.pid: task.number
        for task in tasks.tasks.values()
        for attempt in task.attempts
        if attempt.end is None
    }
    return PoolRun(
        implementation=implementation,
        settings=settings,
        scans=tuple(dict.fromkeys(labels)),
        tasks=tuple(
            PoolTask(
                number=number,
                scan=labels[number],
                end=_end(task),
                deliveries=tuple(_delivery(one, zero, children) for one in task.attempts),
                tables=(),
                rows=0,
                error=task.error,
            )
            for number, task in tasks.tasks.items()
        ),
        points=_points(watch, zero),
        kills=tuple(
            Kill(
                seconds=max(0.0, one.seconds - zero),
                pool_bytes=one.pool_bytes,
                process_bytes=one.process_bytes,
                task=by_kill.get(one.pid),
                by=one.by,
            )
            for one in watch.kills
        ),
        peak_pss_bytes=watch.peak_pss,
        peak_rss_bytes=watch.peak_rss,
        seconds=max(0.0, end - start) if start is not None and end is not None else 0.0,
        **rest,
    )


def _attempts(tasks: TaskLogs) -> list[Attempt]:
    return [attempt for task in tasks.tasks.values() for attempt in task.attempts]


def _end(task: TaskLog) -> End:
    if task.finished:
        return "finished"
    if task.error:
        return "failed"
    if task.lost:
        return "lost"
    return "killed" if task.kills else "waiting"


def _delivery(attempt: Attempt, zero: float, children: dict[int, int]) -> Delivery:
    begin, end = attempt.begin, attempt.end
    return Delivery(
        begin=begin.seconds - zero,
        end=None if end is None else end.seconds - zero,
        child=children[begin.pid],
        begin_pss_bytes=begin.pss_bytes,
        begin_rss_bytes=begin.rss_bytes,
        end_pss_bytes=0 if end is None else end.pss_bytes,
        end_rss_bytes=0 if end is None else end.rss_bytes,
    )


def _points(watch: PoolWatch, zero: float) -> tuple[PoolPoint, ...]:
    readings = watch.readings
    stride = -(-len(readings) // MOST_POINTS) or 1
    kept = [
        max(readings[place : place + stride], key=lambda one: one.pss_bytes)
        for place in range(0, len(readings), stride)
    ]
    return tuple(
        PoolPoint(
            seconds=one.seconds - zero,
            pss_bytes=one.pss_bytes,
            rss_bytes=one.rss_bytes,
            parent_bytes=one.parent_bytes,
            children=one.children,
        )
        for one in kept
    )
