"""Events that the processor or the kernel counts for a process: Linux's ``perf_event_open``, by the C library alone.

Most virtual machines have no hardware counters, and containers often forbid the call: see ``unavailable``.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_CALLS = {"x86_64": 298, "aarch64": 241, "riscv64": 241, "ppc64le": 319, "s390x": 331}
"""By machine, the number of the system call."""

_ATTRIBUTES = struct.Struct("=IIQQQQQIIQ")
"""The first 64 bytes of ``struct perf_event_attr``, which every kernel takes: see perf_event_open(2)."""
_DISABLED, _INHERIT, _EXCLUDE_KERNEL, _EXCLUDE_HYPERVISOR = 1 << 0, 1 << 1, 1 << 5, 1 << 6
_TIMES = 1 << 0 | 1 << 1  # read_format: time enabled and time running
_CLOSE_ON_EXEC = 1 << 3
_ENABLE, _DISABLE = 0x2400, 0x2401
_READ = struct.Struct("=QQQ")


@dataclass(frozen=True)
class Event:
    """An Event is what is counted, by the kernel's type and number of it."""

    name: str
    type: int
    number: int


INSTRUCTIONS = Event("instructions", 0, 1)
PAGE_FAULTS = Event("page faults", 1, 2)
"""Counted by the kernel itself, on machines without hardware counters as well."""


@dataclass
class Count:
    """A Count is what an Event came to."""

    value: int | None = None
    """None while it is counted, and where it was not counted all the time, because other counters had their turn."""


@contextmanager
def counted(event: Event) -> Iterator[Count]:
    """Count ``event`` in user space during the block: of this thread, and of threads and processes that it starts.

    Raises OSError where that cannot be had.
    """
    descriptor = _open(event)
    found = Count()
    try:
        fcntl.ioctl(descriptor, _ENABLE, 0)
        try:
            yield found
        finally:
            fcntl.ioctl(descriptor, _DISABLE, 0)
        value, enabled, running = _READ.unpack(os.read(descriptor, _READ.size))
    finally:
        os.close(descriptor)
    if 0 < running == enabled:
        found.value = value


def unavailable(event: Event) -> str:
    """Return why ``event`` cannot be counted here; '' where it can be."""
    try:
        with counted(event) as found:
            sum(range(10_000))
    except OSError as error:
        return _REASONS.get(error.errno or 0, error.strerror or str(error))
    return "" if found.value else "the processor counts none"


_REASONS = {
    errno.ENOENT: "the processor, or the virtual machine, has no such counter",
    errno.ENOSYS: "this system has no perf_event_open",
    errno.EPERM: "perf_event_open is forbidden here",
    errno.EACCES: "perf_event_open is forbidden here; see /proc/sys/kernel/perf_event_paranoid",
}


def _open(event: Event) -> int:
    """Return the descriptor of a counter that does not count yet. Raises OSError."""
    number = _CALLS.get(platform.machine()) if sys.platform == "linux" else None
    if number is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    flags = _DISABLED | _INHERIT | _EXCLUDE_KERNEL | _EXCLUDE_HYPERVISOR
    attributes = ctypes.create_string_buffer(
        _ATTRIBUTES.pack(event.type, _ATTRIBUTES.size, event.number, 0, 0, _TIMES, flags, 0, 0, 0), _ATTRIBUTES.size
    )
    library = ctypes.CDLL(None, use_errno=True)
    # This thread, on whatever processor, and in no group.
    descriptor: int = library.syscall(
        ctypes.c_long(number),
        attributes,
        ctypes.c_int(0),
        ctypes.c_int(-1),
        ctypes.c_int(-1),
        ctypes.c_ulong(_CLOSE_ON_EXEC),
    )
    if descriptor < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return descriptor
