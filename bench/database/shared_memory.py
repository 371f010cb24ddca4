"""Shared memory that a PostgreSQL killed by SIGKILL leaves behind. Standard library only; does nothing outside Linux.

A server keeps one System V segment of a few bytes. Its header names the data directory, and the control segment of the
server's dynamic shared memory in /dev/shm.
"""

from __future__ import annotations

import contextlib
import ctypes
import struct
from collections.abc import Iterator
from pathlib import Path

SEGMENTS = Path("/proc/sysvipc/shm")
_HEADER = struct.Struct("@iiNNIPQQ")
"""PGShmemHeader of PostgreSQL 9.4 to 18: magic, creator's pid, two sizes, handle of the control segment, an unused
pointer, and the data directory's device and inode."""
_MAGIC = 679834894
_LARGEST_BYTES = 4096
_READ_ONLY, _REMOVE = 0o10000, 0
_FAILED = ctypes.c_void_p(-1).value


def remove_shared_memory(data: Path) -> None:
    """Remove the segments of the server whose data directory is ``data``, except those still attached to a process."""
    with contextlib.suppress(OSError):
        found = data.stat()
        for segment in _detached_segments():
            header = _read_header(segment)
            if header and header[0] == _MAGIC and header[6:] == (found.st_dev, found.st_ino):
                with contextlib.suppress(OSError):
                    Path(f"/dev/shm/PostgreSQL.{header[4]}").unlink(missing_ok=True)  # noqa: S108 - a name by PostgreSQL
                ctypes.CDLL(None).shmctl(segment, _REMOVE, None)


def _detached_segments() -> Iterator[int]:
    """Yield the ids of small segments that no process has attached. Raises OSError outside Linux."""
    for line in SEGMENTS.read_text(encoding="ascii").splitlines()[1:]:
        _, segment, _, size, _, _, attached, *_ = line.split()
        if attached == "0" and int(size) <= _LARGEST_BYTES:
            yield int(segment)


def _read_header(segment: int) -> tuple[int, ...] | None:
    libc = ctypes.CDLL(None)
    libc.shmat.restype = ctypes.c_void_p
    address = libc.shmat(segment, None, _READ_ONLY)
    if address == _FAILED:
        return None
    try:
        return _HEADER.unpack(ctypes.string_at(address, _HEADER.size))
    finally:
        libc.shmdt(ctypes.c_void_p(address))
