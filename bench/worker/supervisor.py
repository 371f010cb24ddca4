"""The supervisor: the process between the parent and a worker, which leaves nothing of the worker's behind.

It runs no code of the user's. Every process that the worker starts, also one in a separate session, becomes the
supervisor's child once its parents are gone, and is killed when the worker has ended.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from .process import adopt_orphans, descendants, signal_on_parent_death

_GRACE_SECONDS = 0.2
"""How long what a worker left behind may take to end by itself: multiprocessing's helper frees shared memory then."""
_PATIENCE_SECONDS = 8.0
"""How long to go on killing what keeps starting processes; less than the parent waits for the supervisor."""


def supervise(work: Callable[[], None]) -> NoReturn:
    """Do ``work`` in a child, kill what it left behind, and end as it ended; SIGTERM kills the child at once.

    Outside Linux, only processes of the child's session are killed.
    """
    adopt_orphans()
    signal_on_parent_death(signal.SIGTERM)
    child = 0
    wanted = False

    def kill_child(*_: object) -> None:
        nonlocal wanted
        wanted = True
        if child:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGTERM, kill_child)
    supervisor = os.getpid()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # A separate session: a signal to its process group does not reach the supervisor.
        os.setsid()
        signal_on_parent_death(signal.SIGKILL)
        adopt_orphans()  # so that the worker sees a daemon of the implementation's as its own child
        if os.getppid() == supervisor:
            work()
        os._exit(1)
    if wanted:
        kill_child()
    _, status = os.waitpid(child, 0)
    if not wanted:
        _wait_for_descendants(_GRACE_SECONDS, kill=False)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    _wait_for_descendants(_PATIENCE_SECONDS, kill=True)
    _end_as(os.waitstatus_to_exitcode(status))


def _wait_for_descendants(seconds: float, *, kill: bool) -> None:
    """Return once there is none, or after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        for one in descendants(os.getpid()) if kill else ():
            with suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
        time.sleep(0.002)


def _end_as(code: int) -> NoReturn:
    """End with exit code ``code``, or by the signal that a negative one names."""
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(OSError, ValueError):  # SIGKILL has no handler, and some real-time signals are the C library's
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
        # Reached by a signal whose default is to do nothing.
    os._exit(abs(code))
