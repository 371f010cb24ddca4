"""Processes: who is alive, and what a child does when its parent dies. Standard library only.

Linux is supported and tested. Elsewhere a child learns of its parent's death only by the end of a pipe, and a start
time is unknown, so that a process id alone identifies a process.
"""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def signal_on_parent_death(number: int) -> None:
    """Have the kernel send this process the signal ``number`` when its parent dies. Does nothing outside Linux.

    A parent that died before this call goes unnoticed: compare ``os.getppid()`` afterwards.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, as init would. Does nothing outside Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


@dataclass(frozen=True)
class Descendant:
    """A Descendant is a child of a process, or a child of one, at one moment."""

    pid: int
    name: str
    """Of the program, up to 15 characters."""
    running: bool
    """False for one that has ended and was not waited for."""
    cpu_seconds: float
    """User and system time, including its children once it has waited for them."""


def descendants(pid: int) -> list[Descendant]:
    """Return the descendants of ``pid``; those that a dead parent left behind only where they were adopted.

    Empty outside Linux, where nothing is known of them.
    """
    found = []
    for child in _children(pid):
        try:
            head, _, tail = Path(f"/proc/{child}/stat").read_bytes().rpartition(b")")
        except OSError:
            continue
        fields = tail.split()
        found.append(
            Descendant(
                pid=child,
                name=head.partition(b"(")[2].decode(errors="replace"),
                running=fields[0] not in b"ZX",
                cpu_seconds=sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK"),
            )
        )
        found += descendants(child)
    return found


def _children(pid: int) -> list[int]:
    """Return the children of all threads of ``pid``."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def start_time(pid: int) -> int:
    """Return when ``pid`` started, in clock ticks since boot; 0 if that is unknown, because it is gone or not Linux.

    A process id is used again; together with the start time it identifies one process.
    """
    try:
        # The program's name, in parentheses, may itself hold blanks and parentheses.
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19])
    except (OSError, IndexError):
        return 0


def is_alive(pid: int, started: int) -> bool:
    """Whether the process ``pid`` that started at ``started`` (0: unknown) exists and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _state(pid) != b"Z" and started in {0, start_time(pid)}


def pid_namespace() -> int:
    """Return the number of this process's PID namespace, in which process ids are unique; 0 outside Linux."""
    try:
        return Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return 0


def boot_id() -> str:
    """Return what identifies this machine since it was started; ``unknown`` outside Linux."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"


def _state(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return b""
