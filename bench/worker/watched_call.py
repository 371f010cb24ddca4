"""The watched call: notices work of an implementation that the probes in this process do not see."""

from __future__ import annotations

import os
import resource
import signal
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from .clock import SYSTEM_CLOCK
from .failure import MeasurementFault, describe
from .process import Descendant, descendants

_FORK_PATIENCE_SECONDS = 1.0
_LIBRARY = f"{sysconfig.get_path('stdlib')}/"
_PACKAGES = f"{sysconfig.get_path('purelib')}/"
_IDLE_PACKAGES = f"{_PACKAGES}psycopg_pool/"
"""Its threads wait for work in their own code."""

_HELPERS = (b"multiprocessing.resource_tracker", b"multiprocessing.forkserver")

_worker = os.getpid()


def become_the_worker() -> None:
    """Take this process for the one that makes the calls; any other is a child that the implementation forked."""
    global _worker
    _worker = os.getpid()


@dataclass(frozen=True)
class Coverage:
    """A Coverage says what of a call's work the figures of its process may lack."""

    unfinished: tuple[str, ...]
    """What still worked when the call returned."""
    used_children: bool
    cpu_unknown: bool
    """Whether children left no figures of their CPU time."""


class WatchedCall:
    """A WatchedCall is a call that may be made once; construct it right before the probe makes it.

    A child process that the implementation forks and that returns from the call, or raises in it, ends there.
    """

    def __init__(self, function: Callable[[], Any]) -> None:
        if os.getpid() != _worker:
            os._exit(1)  # a child that the implementation forked when it was imported
        self._function = function
        self._forks = _ReturnedForks()
        self._busy_before = _busy_threads()
        self._children_before = bool(_children())
        self._usage_before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._usage_after = self._usage_before
        self._children: list[Descendant] = []
        self._running: list[Descendant] = []
        self._busy: list[str] = []

    def __call__(self, make: Callable[[Callable[[], Any]], Any] | None = None) -> Any:
        """Make the call, or have ``make`` do so. Raises MeasurementFault if it returned in a forked child as well.

        ``make`` is given the function alone, without what watches it.
        """
        try:
            outcome = self._function() if make is None else make(self._function)
        except BaseException as error:
            if self._returned_in_a_fork():
                raise MeasurementFault(f"{_FORKED}; the worker itself raised {describe(error)}") from error
            raise
        if os.getpid() == _worker:
            self._usage_after = resource.getrusage(resource.RUSAGE_CHILDREN)
            self._children = _children()
            self._running = [child for child in self._children if child.running and not _is_helper(child)]
            self._busy = [name for thread, name in _busy_threads().items() if thread not in self._busy_before]
        if self._returned_in_a_fork():
            raise MeasurementFault(_FORKED)
        return outcome

    def coverage(self) -> Coverage:
        """Return what the figures of the call may lack."""
        running = [child.name for child in self._running]
        unfinished = []
        if running:
            noun = "child process" if len(running) == 1 else "child processes"
            unfinished.append(f"{len(running)} {noun} still ran when the call returned ({_listed(running)})")
        if self._busy:
            noun = "thread" if len(self._busy) == 1 else "threads"
            unfinished.append(f"{len(self._busy)} {noun} still worked when the call returned ({_listed(self._busy)})")
        ignored = signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN
        used = bool(self._children_before or self._children) or self._usage_after != self._usage_before
        return Coverage(
            unfinished=tuple(unfinished),
            used_children=ignored or used,
            cpu_unknown=ignored or (used and sys.platform != "linux"),
        )

    def _returned_in_a_fork(self) -> bool:
        if os.getpid() != _worker:
            self._forks.note()
            os._exit(1)
        return self._forks.noted()


class _ReturnedForks:
    """A pipe on which a forked child reports that it returned from the call."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        self._pipe = os.fstat(self._reader)

    def note(self) -> None:
        """Say so, in the child."""
        with suppress(OSError):
            os.write(self._writer, b"x")

    def noted(self) -> bool:
        """Return whether a child came back; one that is still in the call gets a moment. May be asked once."""
        deadline = SYSTEM_CLOCK.wall_seconds() + _FORK_PATIENCE_SECONDS
        while any(map(_is_fork, _children())) and SYSTEM_CLOCK.wall_seconds() < deadline:
            time.sleep(0.01)
        try:
            # An implementation may have closed the pipe, and opened something else under its numbers.
            if not os.path.samestat(os.fstat(self._reader), self._pipe):
                return False
            found = bool(os.read(self._reader, 1))
            os.close(self._reader)
            os.close(self._writer)
        except BlockingIOError:
            os.close(self._reader)
            os.close(self._writer)
            return False
        except OSError:
            return False
        return found


_FORKED = "the call returned in a forked child process as well as in the worker; end the child by os._exit"


def _listed(names: list[str]) -> str:
    return ", ".join(sorted(set(names)))


def _children() -> list[Descendant]:
    return descendants(os.getpid())


def _is_fork(child: Descendant) -> bool:
    """Whether a running child executes the worker's own program."""
    return child.running and _command(child.pid) == _command(_worker)


def _is_helper(child: Descendant) -> bool:
    """Whether a child is one that multiprocessing keeps for the life of the process, and that does no work itself."""
    return any(helper in _command(child.pid) for helper in _HELPERS)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _busy_threads() -> dict[int, str]:
    """Return the names of other threads that execute something else than the standard library, as idle pools do."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    own = threading.get_ident()
    return {
        thread: names.get(thread, "unnamed")
        for thread, frame in sys._current_frames().items()
        if thread != own and _executes_more_than_the_library(frame)
    }


def _executes_more_than_the_library(innermost: FrameType) -> bool:
    frame: FrameType | None = innermost
    while frame is not None:
        file = frame.f_code.co_filename
        in_library = file.startswith(_LIBRARY) and not file.startswith(_PACKAGES)
        if not (in_library or file.startswith(("<", _IDLE_PACKAGES))):
            return True
        frame = frame.f_back
    return False
