"""What the two peaks of the heap and the peak RSS count of a call that finds free memory in Python's arenas.

Each reading is taken in a fresh process, like a worker's.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest

from bench.compliance.contract import Outcome
from bench.worker.probes.memory import read_peak_heap, read_peak_heap_untraced
from bench.worker.probes.rss import read_peak_rss
from bench.worker.reading import CallReading
from experiments.free_arena_memory import FREE_POOLS, free_memory

POOL_BYTES = 16_384
OBJECT_BYTES = 512
"""The largest object that Python takes from its arenas."""

OBJECTS = 10_000
HELD = OBJECTS * OBJECT_BYTES
ARENA = 1_048_576

Read = Callable[[Callable[[], Outcome]], CallReading]


def hold_small_objects() -> Outcome:
    """Hold ``HELD`` bytes of small objects for a moment."""
    held = [bytes(OBJECT_BYTES - 33) for _ in range(OBJECTS)]
    return {"requirements_created": len(held), "regions_processed": [], "compliance_frameworks": []}


def peak(read: Read, metric: str, free: bool) -> float:
    hold_small_objects()
    kept = free_memory() if free else []
    value = read(hold_small_objects).values[metric]
    assert bool(kept) == free
    return value


def in_fresh_processes(read: Read, metric: str) -> tuple[float, float]:
    """Return the peak in a process without free memory in its arenas, and in one with it."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        without, with_it = (pool.submit(peak, read, metric, free) for free in (False, True))
        return without.result(), with_it.result()


def test_the_free_memory_has_room_for_what_is_held() -> None:
    assert FREE_POOLS * POOL_BYTES > HELD


@pytest.mark.parametrize(
    ("read", "metric"),
    [(read_peak_heap_untraced, "peak_heap_untraced_bytes"), (read_peak_rss, "peak_rss_bytes")],
)
def test_without_traced_allocators_only_growth_of_the_arenas_counts(read: Read, metric: str) -> None:
    without, with_it = in_fresh_processes(read, metric)
    assert without - with_it > HELD - 2 * ARENA


def test_with_traced_allocators_each_object_counts_wherever_it_lies() -> None:
    without, with_it = in_fresh_processes(read_peak_heap, "peak_heap_bytes")
    assert without > HELD
    assert abs(with_it - without) <= 0.01 * without
