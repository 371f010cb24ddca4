"""What the kernel counts for a process is read where it is allowed, and its absence has a reason."""

from __future__ import annotations

import mmap
import os
import platform

import pytest

from bench.worker import perf_event
from bench.worker.perf_event import INSTRUCTIONS, PAGE_FAULTS, Event, counted, unavailable
from bench.worker.probes.rss import read_peak_rss

PAGES = 5_000
PAGE_BYTES = 4_096


def touch() -> int:
    """Write to pages that the process has never had."""
    with mmap.mmap(-1, PAGES * PAGE_BYTES) as fresh:
        for page in range(PAGES):
            fresh[page * PAGE_BYTES] = 1
        return len(fresh)


def test_an_event_of_the_kernel_is_counted_or_forbidden_with_a_reason() -> None:
    found, reason = 0, ""
    try:
        with counted(PAGE_FAULTS) as count:
            touch()
        found = count.value or 0
    except OSError as error:
        reason = os.strerror(error.errno or 0)
    # Large pages take fewer faults.
    assert (found > PAGES // 512) == (reason == "")
    assert found or unavailable(PAGE_FAULTS).startswith(("perf_event_open is forbidden", "this system has no"))


def test_an_event_that_no_kernel_knows_is_refused_with_a_reason() -> None:
    nobody = Event("nothing", 1, 999)
    with pytest.raises(OSError, match=r"."), counted(nobody):
        touch()
    assert unavailable(nobody)


def test_another_system_has_no_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "vax")
    assert unavailable(INSTRUCTIONS) == "this system has no perf_event_open"


def test_the_pass_without_a_tracer_counts_instructions_where_there_are_counters() -> None:
    values = read_peak_rss(touch).values
    assert ("instructions" in values) == (unavailable(INSTRUCTIONS) == "")
    assert values.get("instructions", 1) > 0


def test_the_pass_reads_memory_alone_where_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perf_event, "_CALLS", {})
    assert read_peak_rss(touch).values.keys() == {"peak_rss_bytes", "base_rss_bytes"}


def test_the_pass_takes_the_count_of_an_event_that_this_kernel_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an event of the kernel in the place of the processor's, which few virtual machines have."""
    monkeypatch.setattr("bench.worker.probes.rss.INSTRUCTIONS", PAGE_FAULTS)
    values = read_peak_rss(touch).values
    allowed = unavailable(PAGE_FAULTS) in {"", "the processor counts none"}
    assert ("instructions" in values) == allowed
