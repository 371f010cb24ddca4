"""Work that is done aside, or here where that would take too much."""

from __future__ import annotations

import os

import pytest

from bench.worker.aside import Aside
from bench.worker.probes import memory
from bench.worker.probes.memory import read_peak_heap


@pytest.mark.parametrize("aside", [True, False])
def test_a_child_does_the_work_only_where_it_may(aside: bool) -> None:
    work = Aside(os.getpid, aside=aside)
    assert (work.result() != os.getpid()) is aside


def test_work_that_fails_in_the_child_is_done_here() -> None:
    here = os.getpid()

    def work() -> str:
        if os.getpid() != here:
            raise LookupError
        return "done"

    assert Aside(work).result() == "done"


@pytest.mark.parametrize(("most", "readers"), [(0, 1), (10**12, 2)])
def test_a_large_heap_is_read_by_one_process_at_a_time_with_the_same_figures(
    most: int, readers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count of all allocations is done aside in any case: it keeps none of them."""
    forked = 0
    fork = os.fork

    def counted() -> int:
        nonlocal forked
        forked += 1
        return fork()

    monkeypatch.setattr(os, "fork", counted)
    monkeypatch.setattr(memory, "MOST_READ_TWICE_BYTES", most)
    kept: list[bytes] = []
    found = read_peak_heap(lambda: kept.append(bytes(3_000_000)))
    assert forked == readers
    assert found.values["peak_heap_bytes"] >= 3_000_000
    assert 3_000_000 <= found.values["retained_bytes"] < 3_100_000
    assert {tree.about for tree in found.trees} == {"peak", "retained"}
