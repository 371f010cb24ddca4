"""The file of ``bench workers``: pools of Celery workers, their memory over time, what was killed, and what was left.

Schema history:
1: the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bench.files.input_file import FileKind
from bench.files.json_file import JsonFile, write_json
from bench.results.environment import Environment
from bench.results.promises import Holding
from bench.results.records import ImplementationEnvironment

SCHEMA = 1
FILE = "workers.json"
"""In the folder of the command."""

Start = Literal["cold", "warm"]
End = Literal["finished", "failed", "killed", "lost", "waiting"]
"""How the last delivery of a task ended; ``lost`` is a task whose child was killed and which nobody will take again,
``killed`` one that was killed each time, ``waiting`` one that was never taken because the pool ended."""


@dataclass(frozen=True, kw_only=True)
class PoolSettings:
    """The PoolSettings of a run are what decides its memory besides the implementation and the data."""

    concurrency: int
    tasks_per_child: int
    """0: children are never replaced."""
    max_memory_per_child_bytes: int | None = None
    """RSS after which Celery replaces a child once its task has ended."""
    start: Start = "cold"
    """Whether each child prepares itself in its first task, or its parent does before it forks."""
    redeliver: bool = True
    """Whether a task whose child was killed goes back to the queue."""
    limit_bytes: int | None = None
    """What parent and children share; None: nothing is killed."""
    limit_by: str = ""
    """What kills: ``supervisor``, ``cgroup v2``, …; '' without a limit."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables that were set for this run besides the job's."""


@dataclass(frozen=True, kw_only=True)
class PoolPoint:
    """A PoolPoint is the pool's memory at one moment, from the first task on."""

    seconds: float
    pss_bytes: int
    """Of parent and children: each page once."""
    rss_bytes: int
    """The sum of their RSS, which counts shared pages for each process."""
    parent_bytes: int
    """The parent's share of ``pss_bytes``."""
    children: int


@dataclass(frozen=True, kw_only=True)
class Kill:
    """A Kill is a process of the pool that was ended by SIGKILL."""

    seconds: float
    """From the first task on."""
    pool_bytes: int
    """The pool's PSS right before."""
    process_bytes: int
    """The process's RSS, by which it was chosen; 0 where the kernel chose."""
    task: int | None
    """The number of its task; None for the parent, and for a child without one."""
    by: str
    """As ``PoolSettings.limit_by``; '' where it is not known."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A Delivery is one attempt at a task, with the child's memory before and after its call."""

    begin: float
    """Seconds from the first task on."""
    end: float | None
    """None where its child was killed."""
    child: int
    """The place of its child in the order of first tasks, from 0."""
    begin_pss_bytes: int = 0
    begin_rss_bytes: int = 0
    end_pss_bytes: int = 0
    end_rss_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class PoolTask:
    """A PoolTask is one call that was queued, and the rows that were found in the end."""

    number: int
    scan: str
    end: End
    deliveries: tuple[Delivery, ...]
    tables: tuple[Holding, ...]
    """Of each target: ``none``, ``partial``, ``new`` for exactly the right rows, ``mixed`` where some are wrong."""
    rows: int
    """In the first target."""
    wrong: str = ""
    """What is wrong with them, in words; '' if nothing is."""
    error: str = ""
    """Of a call that raised, in one line."""


@dataclass(frozen=True, kw_only=True)
class PoolRun:
    """A PoolRun is one pool that worked off a queue."""

    implementation: str
    settings: PoolSettings
    scans: tuple[str, ...]
    """The data sets of its tasks, each once."""
    tasks: tuple[PoolTask, ...]
    points: tuple[PoolPoint, ...]
    kills: tuple[Kill, ...]
    idle_bytes: int
    """PSS of parent and children before the first task."""
    peak_pss_bytes: int
    peak_rss_bytes: int
    seconds: float
    """From the first task's begin to the last one's end."""
    server_cpu_seconds: float | None = None
    """None on a server whose processes cannot be seen."""
    backend_peak_bytes: int | None = None
    """Private memory of the database's backends, all at once."""
    bystanders_unchanged: bool = True
    failure: str = ""
    """Why the pool did not work off its queue; '' if it did."""
    log_tail: str = ""

    @property
    def finished(self) -> int:
        """How many tasks came to their end."""
        return sum(task.end == "finished" for task in self.tasks)

    @property
    def children_killed(self) -> int:
        """How many children were killed."""
        return len(self.kills)

    @property
    def redelivered(self) -> int:
        """How many tasks were taken again."""
        return sum(len(task.deliveries) > 1 for task in self.tasks)

    @property
    def never_finished(self) -> int:
        """How many tasks never came to their end, without an error of their own."""
        return sum(task.end in {"killed", "lost", "waiting"} for task in self.tasks)

    @property
    def per_hour(self) -> float | None:
        """Calls that finished, in an hour at this rate; None without one."""
        return 3_600 * self.finished / self.seconds if self.finished and self.seconds else None

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is wrong with rows, with calls and with the pool, in words."""
        found = [f"task {task.number}: {task.wrong}" for task in self.tasks if task.wrong]
        found += [f"task {task.number} failed: {task.error}" for task in self.tasks if task.end == "failed"]
        if not self.bystanders_unchanged:
            found.append("rows that belong to other calls have changed")
        return (*found, *([self.failure] if self.failure else []))


@dataclass(frozen=True, kw_only=True)
class SizeTrial:
    """A SizeTrial is one size that was tried under a limit."""

    size: int
    """Of what varies."""
    killed: bool
    peak_pss_bytes: int
    """The largest before the first kill."""


@dataclass(frozen=True, kw_only=True)
class KillSearch:
    """A KillSearch is where a pool of one implementation is killed under one limit: observed and predicted.

    All concurrent calls start at once, on data of one size; one of its numbers varies.
    """

    implementation: str
    settings: PoolSettings
    varied: str
    held: Mapping[str, int]
    """The other numbers of the size."""
    trials: tuple[SizeTrial, ...]
    """In the order in which they were made."""
    predicted: float | None
    """The size by ``bench sweep``'s fit; None where it predicts none."""
    why_no_prediction: str = ""
    base_bytes: float | None = None
    """What each process of the pool holds before a call, for the prediction; None where it is not known."""
    largest_tried: int = 0
    """The end of the search; nothing larger is tried."""

    @property
    def survives(self) -> int | None:
        """The largest size that survived; None if none did."""
        return max((one.size for one in self.trials if not one.killed), default=None)

    @property
    def killed(self) -> int | None:
        """The smallest size at which a child was killed; None if at none."""
        return min((one.size for one in self.trials if one.killed), default=None)


@dataclass(frozen=True, kw_only=True)
class ConcurrencyTrial:
    """A ConcurrencyTrial is one number of calls at once that was tried under a limit."""

    concurrency: int
    kills: int
    peak_pss_bytes: int
    per_hour: float | None
    """Calls that finished, in an hour at this rate."""


BESIDE_LIVING = "… "
"""Begins a setting that was tried beside ``--tasks-per-child 0``."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """An Advice is one setting that was tried at the largest concurrency that fits."""

    setting: str
    """As it is written: ``--tasks-per-child 0``, ``… --max-memory-per-child 180M``, ``… MALLOC_ARENA_MAX=2``."""
    kills: int
    peak_pss_bytes: int
    kept_bytes: int | None
    """PSS of a child right after a call: the median over all calls that ended; None where none did."""
    kept_rss_bytes: int | None
    """The same of RSS, by which Celery decides about ``--max-memory-per-child``."""
    per_hour: float | None
    children: int
    """How many children it took."""


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """A Capacity is how many calls at once fit into a limit before a child is killed, and how many an hour."""

    implementation: str
    settings: PoolSettings
    """Of the pool in which the advice was tried."""
    scan: str
    at_once: int
    """The most without a kill; 0 if not even one fits."""
    killed_at: int | None
    """The smallest concurrency at which a child was killed; None where the search ended before."""
    per_hour: float | None
    peak_pss_bytes: int
    trials: tuple[ConcurrencyTrial, ...]
    advice: tuple[Advice, ...] = ()
    """The first is the pool as it is."""


@dataclass(frozen=True, kw_only=True)
class PoolReport:
    """A PoolReport is everything that one command found about pools."""

    schema: int
    created: str
    """ISO 8601, UTC."""
    command: str
    job: str
    noun: str
    """What a data set is called, such as ``scan``."""
    environment: Environment | None
    broker: str
    """Without user and password."""
    tables: tuple[str, ...]
    """The titles of the targets."""
    pools: tuple[PoolRun, ...] = ()
    kill_sizes: tuple[KillSearch, ...] = ()
    capacities: tuple[Capacity, ...] = ()
    code: tuple[ImplementationEnvironment, ...] = ()
    warnings: tuple[str, ...] = ()
    unfinished: str = ""
    """Why the command stopped before its end, such as "interrupted"; '' where it did not."""

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is wrong, in words, with the implementation's name."""
        return tuple(f"{run.implementation}: {text}" for run in self.pools for text in run.wrong)


def _faults(report: PoolReport) -> Iterator[tuple[str, str]]:
    for index, run in enumerate(report.pools):
        if run.settings.concurrency < 1:
            yield f"pools[{index}].settings.concurrency", "is less than 1"
        for place, task in enumerate(run.tasks):
            if len(task.tables) != len(report.tables):
                yield f"pools[{index}].tasks[{place}].tables", "are not as many as the report's tables"


_FILE: JsonFile[PoolReport] = JsonFile(
    kind=FileKind(
        name="workers file",
        most_bytes=64 * 1024**2,
        source="`bench workers --output FOLDER` writes one",
        remedy="make it again with `bench workers`",
    ),
    record=PoolReport,
    schema=SCHEMA,
    landmark="pools",
    faults=_faults,
)


def write_pool_report(path: Path, report: PoolReport) -> None:
    """Write ``report`` to ``path`` as indented JSON. Raises InputError where the file cannot be written."""
    write_json(path, report)


def read_pool_report(path: Path) -> PoolReport:
    """Read what ``bench workers`` wrote. Raises InputError with the place of the fault."""
    return _FILE.read(path)
