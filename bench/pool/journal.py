"""The journal of a pool: what its processes wrote, read while they go on writing, and what it says of each task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An Entry is one line: what happened in which process when, and how much memory that process had."""

    event: str
    """``ready``, ``begin``, ``end``, ``error`` or ``lost``."""
    pid: int
    seconds: float
    """Of the system's monotonic clock, which all its processes share."""
    task: int | None = None
    pss_bytes: int = 0
    rss_bytes: int = 0
    outcome: Any = None
    error: str = ""


class JournalReader:
    """A JournalReader returns the lines that were added since it was last asked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""

    def entries(self) -> Iterator[Entry]:
        """Yield what is new."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                content = file.read()
        except FileNotFoundError:
            return
        self._offset += len(content)
        *lines, self._rest = (self._rest + content).split(b"\n")
        yield from (msgspec.json.decode(line, type=Entry) for line in lines)


@dataclass
class Attempt:
    """An Attempt is one delivery of a task: its begin, its end if there was one, and whether its child was killed."""

    begin: Entry
    end: Entry | None = None
    killed: bool = False

    @property
    def running(self) -> bool:
        """Whether it goes on, as far as is known."""
        return self.end is None and not self.killed


@dataclass
class TaskLog:
    """A TaskLog is what is known of one task."""

    number: int
    attempts: list[Attempt] = field(default_factory=list)
    lost: str = ""
    """What Celery said when it gave the task up; '' if it did not."""

    @property
    def outcome(self) -> Any:
        """What the call returned that came to its end."""
        return next((one.end.outcome for one in self.attempts if one.end and one.end.event == "end"), None)

    @property
    def finished(self) -> bool:
        """Whether a call came to its end."""
        return any(one.end is not None and one.end.event == "end" for one in self.attempts)

    @property
    def error(self) -> str:
        """What the last call raised; '' if none did."""
        return next((one.end.error for one in reversed(self.attempts) if one.end and one.end.event == "error"), "")

    @property
    def kills(self) -> int:
        """How often its child was killed."""
        return sum(one.killed for one in self.attempts)


class TaskLogs:
    """The TaskLogs of a pool, by the tasks' numbers."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self.tasks = {number: TaskLog(number) for number in numbers}
        self.ready: Entry | None = None

    def take(self, entry: Entry) -> None:
        """Take one line of the journal."""
        if entry.event == "ready":
            self.ready = entry
        if entry.task is None or entry.task not in self.tasks:
            return
        task = self.tasks[entry.task]
        if entry.event == "begin":
            task.attempts.append(Attempt(entry))
        elif entry.event == "lost":
            task.lost = entry.error
        else:
            for attempt in task.attempts:
                if attempt.begin.pid == entry.pid and attempt.end is None:
                    attempt.end = entry
                    attempt.killed = False

    def running(self) -> dict[int, TaskLog]:
        """Return the tasks that run, by the process id of their child."""
        return {attempt.begin.pid: task for task in self.tasks.values() for attempt in task.attempts if attempt.running}

    def first_begin(self) -> float | None:
        """When the first task began; None before that."""
        return min((one.begin.seconds for task in self.tasks.values() for one in task.attempts), default=None)

    def last_end(self) -> float | None:
        """When the last call ended; None before the first one has."""
        return max(
            (one.end.seconds for task in self.tasks.values() for one in task.attempts if one.end is not None),
            default=None,
        )
