"""Processes: a process's descendants, and what it does when its parent dies. Standard library only.

Linux is supported and tested. Elsewhere a child learns of its parent's death only by the end of a pipe.
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


def end_with_parent(parent: int, number: int) -> None:
    """Have the kernel send this process ``number`` when ``parent``, which started it, dies; end if it has died."""
    signal_on_parent_death(number)
    if os.getppid() != parent:
        os._exit(1)


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
