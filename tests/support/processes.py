"""Child processes of the tests: Python programs to kill, and a look at what is left of them."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil

PATIENCE = 60
"""Seconds until something that must come is taken as not coming."""

NOBODY = 65534
_DAC_READ_SEARCH = 2


def spawn(
    program: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
    stdin: int | None = None,
) -> subprocess.Popen[str]:
    """Start a Python program with a pipe from its standard output; ``before`` runs in it first."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
        preexec_fn=hearing(before),
    )


def hearing(before: Callable[[], None] | None = None) -> Callable[[], None]:
    """Return what a child does between fork and exec so that it is ended by any signal; then comes ``before``."""

    def prepare() -> None:
        # The tests themselves may run under nohup or in the background of a shell, whose choice a child inherits.
        for number in (signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        if before:
            before()

    return prepare


def become_ordinary() -> None:
    """Make this process one of an ordinary user, if it is root's; for the time between fork and exec.

    The interpreter may lie in a directory of root's, so that the right to read everything is kept.
    """
    if os.geteuid():
        return
    libc = ctypes.CDLL(None)
    libc.prctl(8, 1)  # PR_SET_KEEPCAPS
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    bits = 1 << _DAC_READ_SEARCH
    libc.capset(struct.pack("Ii", 0x20080522, 0), struct.pack("6I", bits, bits, bits, 0, 0, 0))
    libc.prctl(47, 2, _DAC_READ_SEARCH, 0, 0)  # PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE


def descendants(pid: int) -> set[int]:
    """Return the process ids of all children of ``pid`` and of theirs."""
    parents: dict[int, int] = {}
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            # The second field, in parentheses, may hold blanks.
            parents[int(directory.name)] = int((directory / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= more
    return found


def is_running(pid: int) -> bool:
    """Tell whether a process exists and is not a zombie that its parent has yet to collect."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def identified(pids: Iterable[int]) -> tuple[psutil.Process, ...]:
    """Those of ``pids`` that have not ended, told from later processes of the same number by when they began."""
    found = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            found.append(psutil.Process(pid))
    return tuple(found)


def still_runs(process: psutil.Process) -> bool:
    """Tell whether that very process exists and is not a zombie that its parent has yet to collect."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Return once ``condition`` holds; fail if it does not within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
