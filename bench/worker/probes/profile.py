"""Where the seconds go: the stack of the calling thread, sampled by another thread. A pass of its own.

A sample counts for the seconds since the one before it, so that one that comes late loses nothing. For some of them the
thread was on a processor, which its own clock says, and for some it was ready for one that others used, which the
kernel says. The rest it waited: for the server, where its innermost frame is in the database driver or in Django's
cursors. Code in C that does not let other threads run is seen at the line that called it, once it has returned.
"""

from __future__ import annotations

import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from ..call_tree import MEASURING, CallTreeBuilder, PathAmounts, below_the_worker
from ..clock import SYSTEM_CLOCK
from ..reading import CallReading

WAITING = "(waiting)"
WAITING_FOR_SERVER = "(waiting for the server)"
WAITING_FOR_PROCESSOR = "(waiting for a processor)"
MOST_NODES = 250
INTERVAL_SECONDS = 0.002
_SWITCH_SECONDS = 0.0005
"""How long Python lets a thread run while another one wants to; with its usual 5 ms samples would be as far apart."""

_MICROSECONDS = 1_000_000
_PACKAGES = tuple({f"{sysconfig.get_path(name)}/" for name in ("purelib", "platlib")})
_NAMES = ("psycopg/", "psycopg2/", "psycopg_pool/", "django/db/backends/")
_DRIVERS = tuple(f"{folder}{name}" for folder in _PACKAGES for name in _NAMES)


def read_profile(call: Callable[[], Any]) -> CallReading:
    """Return the microseconds of one call by call path. They are the profiler's, and only their shares say anything."""
    sampler = _Sampler(threading.get_ident(), threading.get_native_id())
    switch = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        with sampler:
            outcome = call()
    finally:
        sys.setswitchinterval(switch)
    warnings = () if not sampler.others else (f"the profile is of one thread, and the call ran {sampler.others} more",)
    return CallReading(values={}, outcome=outcome, trees=(sampler.tree(),), warnings=warnings)


@dataclass(frozen=True)
class _Clocks:
    """What three clocks of one thread show, in seconds; a clock that there is not stands still."""

    wall: float
    processor: float
    ready: float
    """How long it was ready and others had the processors."""


_Stack = tuple[tuple[CodeType, int], ...]
"""Code and line of each call, the innermost first."""


class _Sampler:
    """A _Sampler adds up where a thread is while its block runs."""

    def __init__(self, thread: int, native: int) -> None:
        self.others = 0
        """The most threads that the call ran at once besides this one."""
        self._thread = thread
        self._seconds: dict[_Stack, list[float]] = {}
        """On a processor, ready, waiting; and the number of samples."""
        self._processor = _processor_clock(thread)
        self._ready = _ready_clock(native)
        self._ended = threading.Event()
        self._sampling = threading.Thread(target=self._run, name="bench-profiler", daemon=True)
        self._before = len(sys._current_frames()) + 1

    def __enter__(self) -> None:
        self._last = self._read()
        self._sampling.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._sampling.join()

    def tree(self) -> PathAmounts:
        """Return the microseconds by call path."""
        builder = CallTreeBuilder()
        for stack, (processor, ready, waited, samples) in self._seconds.items():
            path = [(code.co_name, code.co_filename, line) for code, line in reversed(stack)]
            own = below_the_worker(path)
            if own is MEASURING:
                continue  # right before the call, or after it
            builder.add(own, round(processor * _MICROSECONDS), int(samples))
            where = WAITING_FOR_SERVER if path[-1][1].startswith(_DRIVERS) else WAITING
            for what, seconds in ((WAITING_FOR_PROCESSOR, ready), (where, waited)):
                if microseconds := round(seconds * _MICROSECONDS):
                    builder.add([*own, (what, "", 0)], microseconds, 0)
        return builder.tree("time", MOST_NODES)

    def _run(self) -> None:
        # Bound now: the code under test may replace what the modules have.
        wait, frames = self._ended.wait, sys._current_frames
        while not wait(INTERVAL_SECONDS):
            running = frames()
            innermost = running.get(self._thread)
            if innermost is not None:
                self._add(_stack(innermost))
            self.others = max(self.others, len(running) - self._before)

    def _add(self, stack: _Stack) -> None:
        now, last = self._read(), self._last
        self._last = now
        elapsed = now.wall - last.wall
        processor = min(elapsed, now.processor - last.processor)
        ready = min(elapsed - processor, now.ready - last.ready)
        known = self._seconds.setdefault(stack, [0.0, 0.0, 0.0, 0])
        known[0] += processor
        known[1] += ready
        known[2] += elapsed - processor - ready
        known[3] += 1

    def _read(self) -> _Clocks:
        wall = SYSTEM_CLOCK.wall_seconds()
        return _Clocks(wall, wall if self._processor is None else self._processor(), self._ready())


def _stack(innermost: FrameType) -> _Stack:
    found: list[tuple[CodeType, int]] = []
    frame: FrameType | None = innermost
    while frame is not None:
        found.append((frame.f_code, frame.f_lineno or 0))
        frame = frame.f_back
    return tuple(found)


def _processor_clock(thread: int) -> Callable[[], float] | None:
    """Return a clock of the seconds that ``thread`` was on a processor; None where the system has none."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return None
    clock = time.pthread_getcpuclockid(thread)
    return lambda: SYSTEM_CLOCK.seconds_of(clock)


def _ready_clock(native: int) -> Callable[[], float]:
    """Return a clock of the seconds that a thread was ready and not running, by proc(5)'s schedstat; 0 without it."""
    schedule = Path(f"/proc/self/task/{native}/schedstat")

    def seconds() -> float:
        with suppress(OSError, ValueError, IndexError):
            return int(schedule.read_bytes().split()[1]) / 1e9
        return 0.0

    return seconds
