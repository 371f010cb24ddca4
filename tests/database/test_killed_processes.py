"""Whichever processes of a run are killed, no folder, no shared memory and no process of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import psutil
import psycopg
import pytest

from bench.database.embedded import embedded_server
from tests.support.processes import become_ordinary, descendants, identified, is_running, spawn, still_runs, wait_until
from tests.support.server_traces import Segment, remaining, segments_made_by

pytestmark = [pytest.mark.slow, pytest.mark.server]

RUN = """
import sys
from bench.database.embedded import embedded_server
from bench.harness.scratch import scratch_folder
with scratch_folder() as folder, embedded_server(int(sys.argv[1])) as server:
    (folder / "file").write_text("content")
    print(server.pid, server.directory, folder, flush=True)
    sys.stdin.readline()
"""
START = """
import sys
from bench.database.embedded import embedded_server
with embedded_server(int(sys.argv[1])):
    sys.stdin.readline()
"""
NEXT = """
from bench.database.embedded import embedded_server
with embedded_server(16):
    pass
"""
ROLES = ("parent", "server supervisor", "folder supervisor", "postmaster")
SINGLES_AND_PAIRS = [
    *(pytest.param((role,), id=role) for role in ROLES),
    *(pytest.param(pair, id=" and ".join(pair), marks=pytest.mark.nightly) for pair in combinations(ROLES, 2)),
]
ALL_WHO_CLEAN_UP = [ROLES[:3], ROLES]


@dataclass(frozen=True)
class Family:
    """A run's processes by role, all of them, and the shared memory they made."""

    roles: dict[str, int]
    everyone: tuple[psutil.Process, ...]
    segments: set[Segment]


@contextmanager
def running(folder: Path, major: int, before: Callable[[], None] | None = None) -> Iterator[Family]:
    """A run with its temporary files below ``folder``; where its parent is alive, it ends with the block."""
    environment = {"TMPDIR": str(folder)}
    with spawn(RUN, str(major), environment=environment, before=before, stdin=subprocess.PIPE) as parent:
        assert parent.stdin
        assert parent.stdout
        postmaster = int(parent.stdout.readline().split()[0])
        everyone = {parent.pid, *descendants(parent.pid)}
        children = [pid for pid in everyone if parent_of(pid) == parent.pid]
        (server,) = (pid for pid in children if postmaster in descendants(pid))
        (folders,) = (pid for pid in children if pid != server)
        roles = dict(zip(ROLES, (parent.pid, server, folders, postmaster), strict=True))
        known = identified(everyone)
        yield Family(roles, known, segments_made_by(known))
        parent.stdin.close()


def parent_of(pid: int) -> int:
    """The parent of ``pid``; 0 if that has ended."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def kill(family: Family, chosen: tuple[str, ...]) -> None:
    # Stopped first: none of them may act on the end of another.
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for role in chosen:
            os.kill(family.roles[role], number)


def traces(folder: Path, family: Family) -> list[str]:
    left = [f"process {one.pid}" for one in family.everyone if still_runs(one)]
    return left + [path.name for path in folder.iterdir()] + remaining(family.segments)


def wait_until_gone(folder: Path, family: Family) -> None:
    """Wait for the end of every trace; a failure says which are left."""
    with suppress(AssertionError):
        wait_until(lambda: not traces(folder, family), "the end of every trace")
    assert traces(folder, family) == []


@pytest.mark.parametrize("before", [None, become_ordinary], ids=["me", "ordinary"])
@pytest.mark.parametrize("chosen", SINGLES_AND_PAIRS)
def test_whoever_of_a_run_is_left_removes_every_trace(
    temporary: Path, chosen: tuple[str, ...], before: Callable[[], None] | None
) -> None:
    major = 16 if before else 18
    with running(temporary, major, before) as family:
        assert family.segments, "a server has a System V segment"
        kill(family, chosen)
    wait_until_gone(temporary, family)


@pytest.mark.parametrize("chosen", ALL_WHO_CLEAN_UP, ids=" and ".join)
def test_where_nobody_is_left_the_next_start_removes_every_trace(temporary: Path, chosen: tuple[str, ...]) -> None:
    with running(temporary, 16) as family:
        kill(family, chosen)
    assert len(list(temporary.iterdir())) == 2, "nobody is left to remove the folders"
    with spawn(NEXT, environment={"TMPDIR": str(temporary)}) as following:
        pass
    assert following.returncode == 0
    assert traces(temporary, family) == []


def test_a_run_that_is_alive_keeps_its_folders_when_another_starts_and_ends(temporary: Path) -> None:
    with running(temporary, 16) as family:
        before = sorted(temporary.iterdir())
        with spawn(NEXT, environment={"TMPDIR": str(temporary)}) as following:
            pass
        assert following.returncode == 0
        assert sorted(temporary.iterdir()) == before
        assert is_running(family.roles["postmaster"])


def test_a_folder_of_another_pid_namespace_or_of_no_run_stays(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["bench-pg-4194303-1-17-0123456789ab", "bench-pg-mine", "bench-run-", "bench-pg-0123456789ab"]
    for name in names:
        (temporary / name).mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with embedded_server():
        pass
    assert sorted(path.name for path in temporary.iterdir()) == sorted(names)


@pytest.mark.parametrize("before", [None, become_ordinary], ids=["me", "ordinary"])
@pytest.mark.parametrize("major", [16, 18])
@pytest.mark.parametrize(
    "chosen", [("parent",), ("supervisor",), ("programs",), ("parent", "supervisor", "programs")], ids=" and ".join
)
def test_a_kill_during_initdb_leaves_no_trace_after_the_next_start(
    temporary: Path, chosen: tuple[str, ...], major: int, before: Callable[[], None] | None
) -> None:
    environment = {"TMPDIR": str(temporary)}
    segments: set[Segment] = set()
    with spawn(START, str(major), environment=environment, before=before, stdin=subprocess.PIPE) as parent:

        def has_shared_memory() -> bool:
            segments.update(segments_made_by(identified(descendants(parent.pid))))
            return bool(segments)

        wait_until(has_shared_memory, "initdb's first server process")
        everyone = descendants(parent.pid)
        known = identified({parent.pid, *everyone})
        (supervisor,) = (pid for pid in everyone if parent_of(pid) == parent.pid)
        victims = {
            "parent": {parent.pid},
            "supervisor": {supervisor},
            "programs": everyone - {supervisor},
        }
        for role in chosen:
            for pid in victims[role]:
                if is_running(pid):
                    os.kill(pid, signal.SIGKILL)
        assert parent.stdin
        parent.stdin.close()
    if len(chosen) == 3:
        assert any(temporary.iterdir()), "nobody is left to remove the folder"
        with spawn(NEXT, environment=environment, before=before) as following:
            pass
        assert following.returncode == 0
    family = Family({}, known, segments)
    wait_until_gone(temporary, family)


def test_dynamic_shared_memory_lies_in_the_data_directory(handle_conninfo: str) -> None:
    with psycopg.connect(handle_conninfo) as connection:
        assert connection.execute("SHOW dynamic_shared_memory_type").fetchone() == ("mmap",)


@pytest.fixture
def handle_conninfo() -> Iterator[str]:
    with embedded_server() as handle:
        yield handle.conninfo
