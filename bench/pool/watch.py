"""The watch: a pool's memory over time, what was killed, and the kill itself where no kernel does it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from bench.pool.journal import TaskLogs
from bench.pool.limit import Limit
from bench.pool.memory import ProcessTree, TreeMemory

LOOK_SECONDS = 0.004
"""How often the pool is looked at; a growth of 100 MB/s overshoots a limit by less than 1 MB in that time."""
POINT_SECONDS = 0.05
"""How often PSS is read for the plot and the peak."""
_REFRESH_SECONDS = 0.02
_GONE_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A Reading is the pool's memory at one moment of the system's monotonic clock."""

    seconds: float
    pss_bytes: int
    rss_bytes: int
    parent_bytes: int
    children: int


@dataclass(frozen=True, kw_only=True)
class SeenKill:
    """A SeenKill is a process of the pool that was killed."""

    seconds: float
    pid: int
    pool_bytes: int
    process_bytes: int
    by: str


class PoolWatch:
    """A PoolWatch looks at the processes below ``supervisor``; ``look`` is to be called every LOOK_SECONDS."""

    def __init__(self, supervisor: int, limit: Limit | None) -> None:
        self._tree = ProcessTree(supervisor)
        self._limit = limit
        self._refreshed = 0.0
        self.readings: list[Reading] = []
        self.kills: list[SeenKill] = []
        self.peak_pss = 0
        self.peak_rss = 0

    def look(self, parent: int | None) -> None:
        """Take a reading if it is time, and kill the largest process where a limit is exceeded."""
        now = time.monotonic()
        if now - self._refreshed >= _REFRESH_SECONDS:
            self._tree.refresh()
            self._refreshed = now
        rss = self._tree.rss()
        self.peak_rss = max(self.peak_rss, sum(rss.values()))
        due = not self.readings or now - self.readings[-1].seconds >= POINT_SECONDS
        limit = self._limit if self._limit is not None and self._limit.enforced_by_watch else None
        # The sum of RSS is never below that of PSS, and is read in no time.
        if due or (limit is not None and sum(rss.values()) >= limit.bytes):
            memory = self._tree.memory()
            self._take(now, memory, rss, parent, due=due)
            if limit is not None and memory.total >= limit.bytes:
                self._kill(limit, memory, rss)

    def settle(self) -> None:
        """Take a reading now, whatever the time of the last one."""
        self._tree.refresh()
        memory = self._tree.memory()
        self._take(time.monotonic(), memory, self._tree.rss(), None, due=True)

    def note_gone(self, tasks: TaskLogs, read: Callable[[], None]) -> None:
        """Note the children that are gone in the middle of a task; ``read`` takes what the journal has by now.

        Those that this watch has not killed, somebody else has.
        """
        self._tree.refresh()
        gone = tasks.running().keys() - set(self._tree.pids)
        if not gone:
            return
        read()  # a child may have ended its task and itself since the journal was last read
        last = self.readings[-1] if self.readings else None
        for pid, task in tasks.running().items():
            if pid not in gone:
                continue
            for attempt in task.attempts:
                attempt.killed = attempt.killed or (attempt.running and attempt.begin.pid == pid)
            if pid not in {one.pid for one in self.kills}:
                kernel = self._limit is not None and not self._limit.enforced_by_watch
                self.kills.append(
                    SeenKill(
                        seconds=time.monotonic(),
                        pid=pid,
                        pool_bytes=last.pss_bytes if last else 0,
                        process_bytes=0,
                        by=self._limit.by if self._limit is not None and kernel else "",
                    )
                )

    def _take(self, now: float, memory: TreeMemory, rss: Mapping[int, int], parent: int | None, *, due: bool) -> None:
        reading = Reading(
            seconds=now,
            pss_bytes=memory.total,
            rss_bytes=sum(rss.values()),
            parent_bytes=memory.pss.get(parent, 0) if parent is not None else memory.total,
            children=max(0, len(memory.pss) - 1),
        )
        if due:
            self.readings.append(reading)
        elif self.readings and reading.pss_bytes > self.readings[-1].pss_bytes:
            # Between two points, the larger one counts: a plot that misses the peak would mislead.
            self.readings[-1] = replace(reading, seconds=self.readings[-1].seconds)
        self.peak_pss = max(self.peak_pss, memory.total)

    def _kill(self, limit: Limit, memory: TreeMemory, rss: Mapping[int, int]) -> None:
        """Kill the process with the largest RSS, which is what the kernel's badness comes to without swap."""
        victim = max(rss, key=lambda pid: rss[pid])
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
            self.kills.append(
                SeenKill(
                    seconds=time.monotonic(),
                    pid=victim,
                    pool_bytes=memory.total,
                    process_bytes=rss[victim],
                    by=limit.by,
                )
            )
        # As the kernel does, before it looks for another one.
        wait_until(lambda: not self._is_there(victim), _GONE_SECONDS)

    def _is_there(self, pid: int) -> bool:
        self._tree.refresh()
        return pid in self._tree.pids


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Return whether ``condition`` became true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True
