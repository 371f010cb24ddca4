"""Reports of pools, made up: one implementation is killed under a limit, another is not."""

from __future__ import annotations

import math

from bench.results.pool import (
    SCHEMA,
    Advice,
    Capacity,
    ConcurrencyTrial,
    Delivery,
    Kill,
    KillSearch,
    PoolPoint,
    PoolReport,
    PoolRun,
    PoolSettings,
    PoolTask,
    SizeTrial,
)
from bench.results.promises import Holding
from tests.support.builders import IMPLEMENTATIONS

LIMIT = 512 * 2**20
SETTINGS = PoolSettings(concurrency=4, tasks_per_child=1, limit_bytes=LIMIT, limit_by="supervisor")


def pool(implementation: str, peak: int, kills: int, scan: str = "10k/20") -> PoolRun:
    """Return a pool of four tasks; the first one is killed each time, if there are kills."""
    tasks = tuple(
        PoolTask(
            number=number,
            scan=scan,
            end="killed" if kills and number == 0 else "finished",
            deliveries=(
                Delivery(
                    begin=float(number),
                    end=None if kills and number == 0 else 20.0 + number,
                    child=number,
                    end_pss_bytes=0 if kills and number == 0 else peak // 6,
                ),
            ),
            tables=(Holding.PARTIAL, Holding.NONE) if kills and number == 0 else (Holding.NEW, Holding.NEW),
            rows=40_000 if kills and number == 0 else 108_420,
        )
        for number in range(4)
    )
    return PoolRun(
        implementation=implementation,
        settings=SETTINGS,
        scans=(scan,),
        tasks=tasks,
        points=tuple(
            PoolPoint(
                seconds=second / 2 - 1,
                pss_bytes=round((0.3 + 0.7 * abs(math.sin(second / 9))) * peak),
                rss_bytes=peak,
                parent_bytes=40_000_000,
                children=4,
            )
            for second in range(48)
        ),
        kills=tuple(
            Kill(seconds=3.0 + 4 * number, pool_bytes=LIMIT + 1, process_bytes=170_000_000, task=0, by="supervisor")
            for number in range(kills)
        ),
        idle_bytes=160_000_000,
        peak_pss_bytes=peak,
        peak_rss_bytes=round(peak * 1.3),
        seconds=23.0,
        server_cpu_seconds=9.1,
        backend_peak_bytes=95_000_000,
    )


def search(implementation: str, survives: int, killed: int | None, predicted: float | None) -> KillSearch:
    """Return a search that found both ends, or none beyond ``survives``."""
    trials = [SizeTrial(size=survives, killed=False, peak_pss_bytes=500_000_000)]
    if killed is not None:
        trials.append(SizeTrial(size=killed, killed=True, peak_pss_bytes=536_000_000))
    return KillSearch(
        implementation=implementation,
        settings=SETTINGS,
        varied="findings",
        held={"regions": 5},
        trials=tuple(trials),
        predicted=predicted,
        why_no_prediction="" if predicted else "no growth",
        base_bytes=41_000_000.0,
        largest_tried=50_000,
    )


def capacity(implementation: str, at_once: int) -> Capacity:
    """Return a capacity of which the next larger concurrency was killed."""
    return Capacity(
        implementation=implementation,
        settings=SETTINGS,
        scan="10k/20",
        at_once=at_once,
        killed_at=at_once + 1,
        per_hour=700.0,
        peak_pss_bytes=500_000_000,
        trials=(
            ConcurrencyTrial(concurrency=1, kills=0, peak_pss_bytes=200_000_000, per_hour=400.0),
            ConcurrencyTrial(concurrency=at_once, kills=0, peak_pss_bytes=500_000_000, per_hour=700.0),
            ConcurrencyTrial(concurrency=at_once + 1, kills=1, peak_pss_bytes=537_000_000, per_hour=None),
        ),
        advice=tuple(
            Advice(
                setting=setting,
                kills=0,
                peak_pss_bytes=peak,
                kept_bytes=90_000_000,
                kept_rss_bytes=110_000_000,
                per_hour=700.0,
                children=at_once,
            )
            for setting, peak in (
                ("as it is", 500_000_000),
                ("--tasks-per-child 0", 520_000_000),
                ("… MALLOC_ARENA_MAX=2", 515_000_000),
            )
        ),
    )


def pool_report(before: str = IMPLEMENTATIONS[0], after: str = IMPLEMENTATIONS[1], scan: str = "10k/20") -> PoolReport:
    """Return a report that has something of everything."""
    return PoolReport(
        schema=SCHEMA,
        created="2026-11-26T06:00:00+00:00",
        command="bench workers --scan 10k/20 --memory 512M",
        job="compliance",
        noun="scan",
        environment=None,
        broker="embedded Valkey",
        tables=("rows", "summaries"),
        pools=(pool(before, 548_000_000, 3, scan), pool(after, 211_000_000, 0, scan)),
        kill_sizes=(search(before, 8_000, 8_700, 7_100.0), search(after, 50_000, None, None)),
        capacities=(capacity(before, 3), capacity(after, 12)),
    )
