"""The RSS probe tells what the process held before the call apart from what the call added."""

from __future__ import annotations

from bench.contract import Outcome
from bench.probes.rss import read_peak_rss

SIZE = 60_000_000
SLACK = 20_000_000
"""What allocator and interpreter may add or give back beside the block that is measured."""

UNCOUNTED = 1_000_000
"""The kernel keeps RSS in batches for each processor, so a reading may lack some pages."""


def call() -> Outcome:
    """Hold ``SIZE`` bytes for a moment."""
    block = bytearray(b"x" * 1_000) * (SIZE // 1_000)
    return {"requirements_created": len(block), "regions_processed": [], "compliance_frameworks": []}


def test_what_the_call_holds_is_growth_and_not_base() -> None:
    values = read_peak_rss(call).values
    assert SIZE - UNCOUNTED <= values["peak_rss_bytes"] <= SIZE + SLACK
    assert values["base_rss_bytes"] > 0


def test_what_was_held_before_is_base_and_not_growth() -> None:
    read_peak_rss(call)  # Imports and caches are paid.
    base = read_peak_rss(call).values["base_rss_bytes"]
    kept = bytearray(b"x" * 1_000) * (SIZE // 1_000)
    values = read_peak_rss(call).values
    assert abs(values["base_rss_bytes"] - base - len(kept)) <= SLACK
    assert SIZE - UNCOUNTED <= values["peak_rss_bytes"] <= SIZE + SLACK
