"""Memory of a tree of processes: RSS, which counts a shared page for each process, and PSS, which counts it once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from bench.worker.process import descendants

_GONE = (psutil.NoSuchProcess, psutil.AccessDenied, ProcessLookupError)


@dataclass(frozen=True)
class TreeMemory:
    """The TreeMemory of a pool at one moment: the PSS of each process that could be read, by process id, in bytes."""

    pss: Mapping[int, int]

    @property
    def total(self) -> int:
        """The sum, in which each page counts once."""
        return sum(self.pss.values())


class ProcessTree:
    """A ProcessTree is the descendants of a process; the process itself is not part of it."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._known: dict[int, psutil.Process] = {}

    @property
    def pids(self) -> tuple[int, ...]:
        """Those that ``refresh`` found."""
        return tuple(self._known)

    def refresh(self) -> None:
        """Find the processes that run now."""
        running = [one.pid for one in descendants(self._root) if one.running]
        for pid in self._known.keys() - set(running):
            del self._known[pid]
        for pid in running:
            if pid not in self._known:
                try:
                    self._known[pid] = psutil.Process(pid)
                except _GONE:
                    continue

    def rss(self) -> Mapping[int, int]:
        """Return the RSS of each, in bytes; takes a few microseconds a process."""
        found = {}
        for pid, process in self._known.items():
            try:
                found[pid] = process.memory_info().rss
            except _GONE:
                continue
        return found

    def memory(self) -> TreeMemory:
        """Return the PSS of each; the kernel walks their page tables for it, which takes up to milliseconds."""
        found = {}
        for pid, process in self._known.items():
            try:
                found[pid] = process.memory_full_info().pss
            except _GONE:
                continue
        return TreeMemory(found)


def backend_bytes(postmaster: int, database: str) -> int:
    """Return the private memory of all sessions on ``database``, in bytes; shared buffers are not part of it."""
    total = 0
    try:
        children = psutil.Process(postmaster).children()
    except _GONE:
        return 0
    for child in children:
        try:
            title = " ".join(child.cmdline()).split()
            if title[:1] == ["postgres:"] and database in title:
                total += child.memory_full_info().uss
        except _GONE:
            continue
    return total
