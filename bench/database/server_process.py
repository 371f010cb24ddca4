"""The server's processes as Linux shows them in /proc, where the server runs on this machine: their CPU and memory.

Run as a file by ``python -I -S``, with the postmaster's process id and a database's name, this is the poller: it writes
an empty line after its first poll, and at any input, or the end of it, the largest private memory in bytes that it saw
any backend of the database use. It needs nothing but the standard library.
"""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress
from dataclasses import dataclass

POLL_SECONDS = 0.01
_CPU_ATTEMPTS = 100
_CHUNK_BYTES = 65_536
# Of /proc/PID/stat, counted after the program's name in parentheses: user and system time, its own and of the
# children that it has waited for; see proc(5), fields 14 to 17.
_CPU_FIELDS = slice(11, 15)


@dataclass(frozen=True)
class CpuReading:
    """CPU seconds that a set of processes has used, and which these are."""

    seconds: float
    processes: tuple[int, ...]


def find_postmaster(backend: int, database: str) -> int | None:
    """Return the process id of the parent of ``backend``, a backend that serves ``database``; None if it is not here.

    The process with that id on this machine may be another one, if the server runs on another machine or in another
    container. Only the process's title shows that it is the backend, so no other server may have a database of that
    name.
    """
    try:
        if _serves(backend, database):
            return int(_stat(backend)[1])
    except OSError:
        pass
    return None


def cpu_seconds(postmaster: int) -> float:
    """Return the CPU seconds, user and system, of the postmaster and of every child it has or has had.

    The kernel keeps them in clock ticks of 10 ms. Raises OSError if /proc does not show it.
    """
    # The time of a child that ends between two reads moves to the postmaster, and would count twice or not at all.
    previous = _cpu(postmaster)
    for _ in range(_CPU_ATTEMPTS):
        current = _cpu(postmaster)
        if current == previous:
            break
        previous = current
    return previous.seconds


def largest_backend(postmaster: int, database: str) -> int:
    """Return the largest private (anonymous) memory of a backend that serves ``database`` now, in bytes; 0 without one.

    Shared buffers are not part of it. Raises OSError if /proc does not show it.
    """
    largest = 0
    for child in _children(postmaster):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            if _serves(child, database):
                largest = max(largest, _anonymous_bytes(child))
    return largest


def _cpu(postmaster: int) -> CpuReading:
    children = _children(postmaster)
    ticks = sum(map(int, _stat(postmaster)[_CPU_FIELDS]))
    for child in children:
        with suppress(FileNotFoundError, ProcessLookupError):
            ticks += sum(map(int, _stat(child)[_CPU_FIELDS]))
    return CpuReading(ticks / os.sysconf("SC_CLK_TCK"), children)


def _children(process: int) -> tuple[int, ...]:
    return tuple(map(int, _read(f"/proc/{process}/task/{process}/children").split()))


def _stat(process: int) -> list[bytes]:
    # The program's name, in parentheses, may itself hold blanks and parentheses.
    return _read(f"/proc/{process}/stat").rpartition(b")")[2].split()


def _serves(process: int, database: str) -> bool:
    """Whether the process's title, ``postgres: USER DATABASE HOST ACTIVITY``, names ``database``."""
    title = _read(f"/proc/{process}/cmdline")
    return title.startswith(b"postgres:") and database.encode() in title.replace(b"\0", b" ").split()


def _anonymous_bytes(process: int) -> int:
    _, found, rest = _read(f"/proc/{process}/status").partition(b"RssAnon:")
    return int(rest.split(maxsplit=1)[0]) * 1024 if found else 0  # one that has ended, but was not waited for, has none


def _read(path: str) -> bytes:
    # Without Path and buffers, whose cost the poller would pay a thousand times a second.
    file = os.open(path, os.O_RDONLY)
    try:
        return b"".join(iter(lambda: os.read(file, _CHUNK_BYTES), b""))
    finally:
        os.close(file)


def main() -> None:
    """Poll until standard input ends."""
    postmaster, database = int(sys.argv[1]), sys.argv[2]
    largest = largest_backend(postmaster, database)
    sys.stdout.write("\n")
    sys.stdout.flush()
    while not select.select([sys.stdin], [], [], POLL_SECONDS)[0]:
        largest = max(largest, largest_backend(postmaster, database))
    with suppress(BrokenPipeError):
        sys.stdout.write(f"{largest}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
