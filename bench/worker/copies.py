"""Copies: a worker that has started makes a fresh process for each sample by fork, instead of starting each anew.

What a copy has not done is connect to the database, warm up and call: it does that as a process by itself. So a worker
that is copied may hold nothing that two processes cannot have each: no other thread, no socket, no child, no handler of
signals. A copy is not as good as a start everywhere: it shares pages with the process that it came from, and its hash
seed and the places of its libraries with all other copies, so that a difference that these make would look like one of
the code. Time, resident memory and the arenas of the untraced heap are therefore measured in processes started for one
sample. Linux only: elsewhere libraries of the system do not survive a fork.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from .process import descendants
from .supervisor import supervise

COPIES = "copies"
"""What stands for the probe where a worker is started to be copied."""

PROBES = ("rows", "statements", "memory", "database", "work")
"""Passes whose figures are the same in a copy (``experiments/copied_workers.py``)."""

Handler = Callable[[int, FrameType | None], Any] | int | signal.Handlers | None


def import_probes() -> None:
    """Import what the probes need, before the function that may replace it."""
    for name in ("statements", "memory", "work"):
        # memray may be missing, or not run on this interpreter; the passes that need it then start their own worker.
        with suppress(ImportError):
            importlib.import_module(f".probes.{name}", __package__)


class Copies:
    """The Copies of this process."""

    def __init__(self) -> None:
        self._handlers: dict[int, Handler] = {}
        self._sockets: set[int] = set()

    def begin(self) -> None:
        """Note what is there before the project starts, and what it must not have added to or changed then."""
        self._handlers = _handlers()
        self._sockets = _sockets()

    def probes(self) -> list[str]:
        """Return the passes for which this process may be copied now that it has started."""
        if sys.platform != "linux" or _handlers() != self._handlers or not _is_alone() or _sockets() - self._sockets:
            return []
        # psycopg2's connections report only if its module was changed before the function took something from it.
        without_statements = "psycopg2" in sys.modules
        without_memray = "memray" not in sys.modules
        return [
            probe
            for probe in PROBES
            if not (without_statements and probe == "statements") and not (without_memray and probe == "memory")
        ]

    def make(self, descriptor: int, folder: str, work: Callable[[int], None]) -> int:
        """Fork; in the copy, do ``work`` under a supervisor, given the descriptor for answers. Return the copy's id."""
        # Not with ``socket.socket``: closing it would close the descriptor, by which the next copy comes as well.
        with socket.socket(fileno=os.dup(descriptor)) as control:
            _, (commands, log, answers), _, _ = socket.recv_fds(control, 1, 3)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        origin = os.getpid()
        pid = os.fork()
        if pid == 0:
            if os.getppid() != origin:
                os._exit(1)
            os.close(descriptor)
            _take_over(commands, log, folder)
            supervise(lambda: work(answers))
        for one in (commands, log, answers):
            os.close(one)
        return pid

    def wait(self, pid: int) -> int:
        """Wait for a copy; return its exit code, that of a signal negative."""
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _take_over(commands: int, log: int, folder: str) -> None:
    """Give this process a session, standard streams and a folder for temporary files."""
    os.setsid()
    for standard, one in enumerate((commands, log, log)):
        os.dup2(one, standard)
    os.close(commands)
    os.close(log)
    os.environ["TMPDIR"] = folder


def _handlers() -> dict[int, Handler]:
    return {number: signal.getsignal(number) for number in signal.valid_signals()}


def _is_alone() -> bool:
    """Whether this process has one thread and no child."""
    return len(list(Path("/proc/self/task").iterdir())) == 1 and not descendants(os.getpid())


def _sockets() -> set[int]:
    """Return the descriptors of this process that are sockets; none outside Linux."""
    found = set()
    for link in Path("/proc/self/fd").glob("*"):
        with suppress(OSError):
            if stat.S_ISSOCK(link.stat().st_mode):
                found.add(int(link.name))
    return found
