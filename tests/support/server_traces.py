"""What an embedded server may leave on the machine: System V segments, and files in /dev/shm that they name."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_CLOCK_SECONDS = 2.0
"""By how much a start and a creation may be off: the one counts ticks since boot, the other whole seconds."""


@dataclass(frozen=True)
class Segment:
    """A System V segment, and the file of dynamic shared memory that a PostgreSQL says in it to have made."""

    number: int
    control: Path


def segments_made_by(processes: Collection[psutil.Process]) -> set[Segment]:
    """The segments whose creator is one of ``processes``, and not one that had its number before."""
    found = set()
    began = {}
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            began[one.pid] = one.create_time()
    for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
        fields = line.split()
        creator, created = int(fields[4]), int(fields[13])
        if creator in began and created >= began[creator] - _CLOCK_SECONDS:
            handle = _control_handle(int(fields[1]))
            if handle is not None:
                control = Path("/dev/shm", f"PostgreSQL.{handle}")  # noqa: S108 - as PostgreSQL does
                found.add(Segment(int(fields[1]), control))
    return found


def remaining(segments: Collection[Segment]) -> list[str]:
    """Which of ``segments``, and of their files in /dev/shm, are still there."""
    numbers = {int(line.split()[1]) for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]}
    left = [f"segment {segment.number}" for segment in segments if segment.number in numbers]
    return left + [str(segment.control) for segment in segments if segment.control.exists()]


def _control_handle(segment: int) -> int | None:
    """What the segment's header says; None if it is gone meanwhile."""
    libc = ctypes.CDLL(None)
    libc.shmat.restype = ctypes.c_void_p
    address = libc.shmat(segment, None, 0o10000)
    if address == ctypes.c_void_p(-1).value:
        return None
    try:
        return int(struct.unpack_from("@iiNNI", ctypes.string_at(address, 56))[4])
    finally:
        libc.shmdt(ctypes.c_void_p(address))
