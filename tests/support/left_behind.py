"""What a run that was ended may not leave behind."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from bench import worker
from tests.support.processes import is_running, wait_until

MARK = "BENCH_TEST_MARK"
WORKER = str(Path(worker.__file__).with_name("__main__.py"))
"""The program of every worker, as its command line has it."""


def family(mark: str, folder: Path) -> set[int]:
    """Processes that inherited the mark, and servers that run in ``folder``, whose environment is their own."""
    found = set()
    for directory in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            marked = f"{MARK}={mark}".encode() in (directory / "environ").read_bytes().split(b"\0")
            if marked or str(folder).encode() in (directory / "cmdline").read_bytes():
                found.add(int(directory.name))
    return {pid for pid in found if is_running(pid)}


def assert_nothing_is_left(mark: str, temporary: Path) -> None:
    wait_until(lambda: not family(mark, temporary), "every process of the run is gone")
    wait_until(lambda: not list(temporary.iterdir()), "every temporary folder is gone")


def is_postmaster(pid: int) -> bool:
    return b"-D" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def is_worker(pid: int) -> bool:
    try:
        return os.fsencode(WORKER) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
