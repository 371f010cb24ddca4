"""The RSS probe distinguishes what the process held before the call from what the call added.

Each reading is taken in a fresh process, like a worker's: in a long-lived process the call would use memory again
that was freed before, so its growth would be smaller than what it holds.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from bench.compliance.contract import Outcome
from bench.worker.probes.rss import read_peak_rss

SIZE = 60_000_000
SLACK = 20_000_000
"""What allocator and interpreter may add or give back beside the block that is measured."""

UNCOUNTED = 1_000_000
"""The kernel keeps RSS in batches for each processor, so a reading may lack some pages."""

Values = dict[str, float]


def in_a_new_process(function: Callable[[], Values]) -> Values:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function).result()


def call() -> Outcome:
    """Hold ``SIZE`` bytes for a moment."""
    block = bytearray(b"x" * 1_000) * (SIZE // 1_000)
    return {"requirements_created": len(block), "regions_processed": [], "compliance_frameworks": []}


def first_reading() -> Values:
    return dict(read_peak_rss(call).values)


def reading_beside_a_kept_block() -> Values:
    """Return the values of a reading while ``SIZE`` bytes are kept, its base being what these added to it."""
    read_peak_rss(call)  # Imports and caches are paid.
    base = read_peak_rss(call).values["base_rss_bytes"]
    kept = bytearray(b"x" * 1_000) * (SIZE // 1_000)
    values = read_peak_rss(call).values
    assert len(kept) == SIZE
    return {**values, "base_rss_bytes": values["base_rss_bytes"] - base}


def test_what_the_call_holds_is_growth_and_not_base() -> None:
    values = in_a_new_process(first_reading)
    assert SIZE - UNCOUNTED <= values["peak_rss_bytes"] <= SIZE + SLACK
    assert values["base_rss_bytes"] > 0


def test_what_was_held_before_is_base_and_not_growth() -> None:
    values = in_a_new_process(reading_beside_a_kept_block)
    assert abs(values["base_rss_bytes"] - SIZE) <= SLACK
    assert SIZE - UNCOUNTED <= values["peak_rss_bytes"] <= SIZE + SLACK
