"""Clocks that an implementation cannot replace by accident: the system's, read past Python's ``time`` module.

What replaces ``time.perf_counter`` and its like (a mock, a library that freezes time) changes attributes of modules,
or the functions themselves; it does not change the C library's ``clock_gettime``.
"""

from __future__ import annotations

import ctypes
import os
import resource
import time

from .process import descendants


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class SystemClock:
    """Reads wall and CPU seconds of this process; construct it before the implementation is imported."""

    def __init__(self) -> None:
        self._clock_gettime = ctypes.CDLL(None, use_errno=True).clock_gettime
        self._getrusage = resource.getrusage
        self._originals = {name: getattr(time, name) for name in ("time", "monotonic", "perf_counter", "process_time")}

    def wall_seconds(self) -> float:
        """Return seconds since some moment in the past."""
        return self.seconds_of(time.CLOCK_MONOTONIC)

    def cpu_seconds(self) -> float:
        """Return user and system seconds of this process, of children it waited for, and of running descendants.

        Outside Linux, descendants that were not waited for are not in it.
        """
        children = self._getrusage(resource.RUSAGE_CHILDREN)
        waited_for = children.ru_utime + children.ru_stime
        others = sum(one.cpu_seconds for one in descendants(os.getpid()))
        return self.seconds_of(time.CLOCK_PROCESS_CPUTIME_ID) + waited_for + others

    def replaced(self) -> list[str]:
        """Return the functions of ``time`` that are not the ones of this object's construction."""
        return [f"time.{name}" for name, original in self._originals.items() if getattr(time, name) is not original]

    def seconds_of(self, clock: int) -> float:
        """Return what the system's clock of that number shows. Raises OSError."""
        found = _Timespec()
        if self._clock_gettime(clock, ctypes.byref(found)):
            raise OSError(ctypes.get_errno(), f"clock {clock} cannot be read")
        return float(found.seconds + found.nanoseconds / 1e9)


SYSTEM_CLOCK = SystemClock()
