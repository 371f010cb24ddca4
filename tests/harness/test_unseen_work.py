"""A figure that does not cover all of the work says so, and what can be counted of it is counted."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.harness.executor import SampleError
from bench.harness.stage import DataStage
from bench.messages.reading import Reading
from bench.messages.request import ProbeName
from tests.support.data import sampled
from tests.support.implementations import CPU_SECONDS, NOTES, QUERIES
from tests.support.processes import is_running

pytestmark = [pytest.mark.slow, pytest.mark.server]

HERE = "tests.support.implementations.unseen_work"
LONG = 120.0
HEAP = "the call used child processes, and their heap is not counted"
MEMORY = "the call used child processes, and their memory is not counted"
STATEMENTS = "the call used child processes, and what Django sends from them is not counted"

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where Linux has it

Take = Callable[[ProbeName, str], Reading]


@pytest.fixture(scope="module")
def take(small_scan: DataStage, tmp_path_factory: pytest.TempPathFactory) -> Take:
    """Take a sample in a worker, once for all tests that use it."""
    notes = tmp_path_factory.mktemp("notes") / "notes"

    @functools.cache
    def sample(probe: ProbeName, implementation: str) -> Reading:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv(NOTES, str(notes))
            name = implementation if implementation == "streaming" else f"{HERE}:{implementation}"
            return sampled(small_scan, probe, name, LONG)[0]

    return sample


@pytest.mark.parametrize("probe", ["memory", "memory-untraced", "rss", "statements", "time", "database"])
def test_a_call_without_children_and_threads_is_complete(take: Take, probe: ProbeName) -> None:
    assert take(probe, "streaming").incomplete == {}


@pytest.mark.parametrize(
    ("probe", "incomplete"),
    [
        ("memory", {"peak_heap_bytes": HEAP}),
        ("memory-untraced", {"peak_heap_untraced_bytes": HEAP}),
        ("rss", {"peak_rss_bytes": MEMORY}),
        ("statements", {"statements_django": STATEMENTS}),
        ("time", {}),
        ("database", {}),
    ],
)
def test_work_in_a_forked_pool_is_missing_from_what_one_process_shows(
    take: Take, probe: ProbeName, incomplete: dict[str, str]
) -> None:
    assert take(probe, "in_a_forked_pool").incomplete == incomplete


def test_statements_of_a_forked_pool_are_in_the_servers_view_alone(take: Take) -> None:
    forked, alone = take("statements", "in_a_forked_pool"), take("statements", "streaming")
    assert forked.server_statements.count("SELECT 'one more'") == QUERIES
    assert "SELECT 'one more'" not in forked.django_statements
    assert alone.incomplete == {}


@pytest.mark.parametrize(
    "implementation", ["in_a_forked_pool", "in_a_spawned_pool", "in_a_program", "in_a_child_that_nobody_waits_for"]
)
def test_cpu_of_children_that_ended_is_counted(take: Take, implementation: str) -> None:
    reading = take("time", implementation)
    assert reading.values["cpu_seconds"] >= CPU_SECONDS
    assert reading.incomplete == {}


def test_cpu_of_a_pool_that_outlives_the_call_is_counted_and_no_figure_is_complete(take: Take) -> None:
    reading = take("time", "in_a_pool_of_the_warm_up")
    assert reading.values["cpu_seconds"] >= CPU_SECONDS * 0.9, "the kernel counts running processes in ticks"
    assert reading.incomplete.keys() == {"wall_seconds", "cpu_seconds"}


def test_shared_memory_that_was_left_to_its_helper_goes_with_the_worker(
    small_scan: DataStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "notes"
    monkeypatch.setenv(NOTES, str(notes))
    reading, _ = sampled(small_scan, "time", f"{HERE}:in_shared_memory", LONG)
    assert reading.incomplete == {}, "the helper does no work"
    blocks = notes.read_text().split()
    assert len(blocks) == 2, "one in the warm-up, one in the call"
    assert not any((SHARED_MEMORY / block).exists() for block in blocks)


def test_cpu_of_children_that_left_no_figures_is_said_to_be_missing(take: Take) -> None:
    reading = take("time", "in_children_that_leave_no_figures")
    assert reading.incomplete == {"cpu_seconds": "the call used child processes, and the CPU time of some is unknown"}


@pytest.mark.parametrize("implementation", ["in_a_child_that_still_runs", "in_a_daemon"])
def test_no_figure_is_complete_while_a_child_still_runs(take: Take, implementation: str) -> None:
    incomplete = take("time", implementation).incomplete
    assert set(incomplete) == {"wall_seconds", "cpu_seconds"}
    for reason in incomplete.values():
        # One is of the warm-up. The other may not have become sleep yet.
        assert reason in {
            f"2 child processes still ran when the call returned ({names})" for names in ("sleep", "python, sleep")
        }


def test_no_figure_is_complete_while_a_thread_still_works(take: Take) -> None:
    working = "1 thread still worked when the call returned (late)"
    assert take("time", "in_a_thread_that_still_works").incomplete == {
        "wall_seconds": working,
        "cpu_seconds": working,
    }


def test_threads_that_wait_for_work_are_no_work(take: Take) -> None:
    assert take("memory", "in_a_pool_of_threads_that_is_idle_again").incomplete == {}


@pytest.mark.parametrize(
    ("implementation", "kind"),
    [("in_a_daemon", ""), ("in_a_daemon_and_dies", "killed"), ("in_a_daemon_and_hangs", "timeout")],
)
def test_a_daemon_ends_with_its_sample_however_that_ends(
    small_scan: DataStage, implementation: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "notes"
    monkeypatch.setenv(NOTES, str(notes))
    ended = ""
    try:
        sampled(small_scan, "rows", f"{HERE}:{implementation}", 4.0 if kind == "timeout" else LONG)
    except SampleError as error:
        ended = error.kind
    assert ended == kind
    daemons = [int(pid) for pid in notes.read_text().split()]
    assert daemons
    assert not any(map(is_running, daemons))


@pytest.mark.parametrize("probe", ["memory", "memory-untraced"])
def test_a_heap_that_memray_could_not_write_down_is_no_sample(small_scan: DataStage, probe: ProbeName) -> None:
    """memray itself gives the peak up to the moment at which it could not write, and no error."""
    with pytest.raises(SampleError, match="memray stopped tracking because it could not write its file to ") as caught:
        sampled(small_scan, probe, f"{HERE}:on_a_disk_that_is_full", LONG)
    assert "set TMPDIR" in str(caught.value)


def test_a_time_needs_no_disk(small_scan: DataStage) -> None:
    reading, _ = sampled(small_scan, "time", f"{HERE}:on_a_disk_that_takes_nothing", LONG)
    assert reading.values["wall_seconds"] > 0


CLOCKS = "tests.support.implementations.clocks"


@pytest.mark.parametrize("implementation", ["frozen", "slow", "fast"])
def test_clocks_that_an_implementation_replaced_are_refused_by_name(small_scan: DataStage, implementation: str) -> None:
    with pytest.raises(SampleError, match=r"the implementation replaced time\.time, .*time\.perf_counter") as caught:
        sampled(small_scan, "time", f"{CLOCKS}:{implementation}", LONG)
    assert caught.value.kind == "error"
    assert "\n" not in str(caught.value)


def test_clocks_that_are_replaced_within_the_call_alone_change_no_figure(small_scan: DataStage) -> None:
    reading, _ = sampled(small_scan, "time", f"{CLOCKS}:frozen_during_the_call_alone", LONG)
    assert reading.values["wall_seconds"] >= reading.values["cpu_seconds"] > 0
