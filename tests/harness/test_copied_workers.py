"""A worker is copied, or started ahead, only where no sample can tell; every sample has a process of its own."""

from __future__ import annotations

from typing import Any

import pytest

from bench.harness.executor import ProcessExecutor
from bench.harness.requests import sample_request
from bench.harness.stage import DataStage
from bench.messages.request import ProbeName, SampleRequest
from tests.support.data import implementation, sampled

pytestmark = [pytest.mark.slow, pytest.mark.server]

HERE = "tests.support.implementations"
LONG = 120.0


@pytest.fixture
def executor(small_scan: DataStage) -> ProcessExecutor:
    """The stage's, on which nothing waits."""
    assert isinstance(small_scan.executor, ProcessExecutor)
    small_scan.executor.close()
    return small_scan.executor


def outcome(scan: DataStage, name: str, probe: ProbeName = "rows") -> dict[str, Any]:
    found: dict[str, Any] = sampled(scan, probe, f"{HERE}.{name}:says_where", LONG)[0].outcome
    return found


def request(scan: DataStage, name: str, probe: ProbeName) -> SampleRequest:
    chosen = implementation(f"{HERE}.{name}:says_where")
    return sample_request(chosen, scan.access, scan.loaded, probe, label="", group="")


def test_copies_are_processes_that_have_called_nothing_and_end_with_their_sample(
    small_scan: DataStage, executor: ProcessExecutor
) -> None:
    first, second, third = (outcome(small_scan, "copied", probe) for probe in ("rows", "statements", "memory"))
    assert len(executor.waiting) == 1, "the worker that they were copied from"
    assert [one["calls"] for one in (first, second, third)] == [2, 2, 2], "the warm-up and the call"
    assert len({one["process"] for one in (first, second, third)} - executor.waiting) == 3
    assert len({one["folder"] for one in (first, second, third)}) == 3


def test_nothing_waits_beside_a_timed_call_and_its_worker_was_started_for_it(
    small_scan: DataStage, executor: ProcessExecutor
) -> None:
    outcome(small_scan, "copied")
    executor.prepare(request(small_scan, "copied", "time"))
    assert len(executor.waiting) == 2, "one to be copied, and the one that starts"
    answer = executor.run(request(small_scan, "copied", "time"), LONG)
    assert answer.reading.outcome["calls"] == 2
    assert executor.waiting == frozenset()


def test_a_worker_that_was_started_for_another_request_is_discarded(
    small_scan: DataStage, executor: ProcessExecutor
) -> None:
    outcome(small_scan, "copied")
    executor.prepare(request(small_scan, "copied", "rss"))
    started = executor.waiting
    executor.prepare(request(small_scan, "copied", "time"))
    assert len(executor.waiting - started) == 1
    assert len(executor.waiting) == 2


def test_what_starts_a_thread_is_not_copied_but_may_start_ahead(
    small_scan: DataStage, executor: ProcessExecutor
) -> None:
    assert outcome(small_scan, "threaded")["calls"] == 2
    assert executor.waiting == frozenset()
    executor.prepare(request(small_scan, "threaded", "rows"))
    assert len(executor.waiting) == 1


def test_what_reads_the_database_as_it_starts_starts_after_the_reset_in_every_sample(
    small_scan: DataStage, executor: ProcessExecutor
) -> None:
    for probe in ("rows", "time"):
        assert outcome(small_scan, "reading", probe)["calls"] == 2
        executor.prepare(request(small_scan, "reading", probe))
        assert executor.waiting == frozenset()
