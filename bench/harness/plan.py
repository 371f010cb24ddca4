"""The plan of a run: what is measured on what, and the order in which samples are taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from bench.harness.goal import EXPECTED_ROUNDS, Goal
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Job, Outlook
from bench.messages.request import ProbeName
from bench.results.records import COPY_BASELINE
from bench.results.sharing import ALONE, Sharing

SINGLE_PROBES: tuple[ProbeName, ...] = ("statements", "memory", "memory-untraced", "rss", "database", "work")
"""Exact and near-exact probes repeat to within a per cent in fresh processes; one sample of each is taken."""
COPY_BASELINE_PROBES: tuple[ProbeName, ...] = ("database",)
"""The probes of the copy baseline besides time; the heap of a client that only sends a file says nothing."""
LOAD: Final = "load"
"""What stands for the probe where data are loaded."""
END: Final = "end"
"""The same where all is measured: dropping databases, drawing, writing the report."""
PROBE_COST = {
    "statements": 1.2,
    "memory": 3.7,
    "memory-untraced": 1.1,
    "rss": 1.0,
    "database": 1.0,
    "work": 2.0,
    "profile": 1.2,
    "time": 1.1,
    "rows": 1.0,
    "plans": 2.2,
    LOAD: 1.5,
    END: 0.15,
}
"""How long a sample takes, as a multiple of the bare call, and a load or the end per row loaded; for the estimate of
the time."""
UNDISTURBED_BY_QUERIES: tuple[str, ...] = ("statements", "memory", "memory-untraced", "rss", "work", "rows")
"""Passes that measure the client: what else the server is asked meanwhile changes no figure."""
_READ_COST = 0.2
"""What it costs a call to read a row that was loaded, beside writing one."""
_FIXED_COST_ROWS = 25_000
"""Starting a worker, resetting and digesting cost about as much as writing this many rows."""
_FIXED_LOAD_ROWS = 75_000
"""So do making a database, copying it and all that a load does whatever the data."""
_FIXED_END_ROWS = 90_000
"""And so does the end of a run."""
_FIXED_ROWS = {LOAD: _FIXED_LOAD_ROWS, END: _FIXED_END_ROWS}


Scenario = Literal["first", "rerun"]
"""``first``: the call has no rows yet; ``rerun``: the rows of an earlier run are there, and are replaced."""


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """A RunPlan is everything that the user chose for one run."""

    job: Job
    implementations: tuple[Implementation, ...]
    """The first one is what the others are compared with."""
    sources: tuple[DataSource, ...]
    """The data sets to measure on, one after another."""
    command: str
    """The command line, for the report."""
    samples: int = 3
    """Time samples of each case; without effect where there is a ``goal``."""
    goal: Goal | None = None
    """What pairs are taken for; None: as many as ``samples``."""
    timeout_seconds: float | None = None
    """For one sample; None: by the size of the data."""
    database_url: str | None = None
    """The user's own server; None: an embedded one."""
    server_major: int = 16
    """The version of the embedded server."""
    scenario: Scenario = "first"
    probes: tuple[ProbeName, ...] = SINGLE_PROBES
    """The probes that take one sample of each implementation, before the samples of time."""
    sharing: Sharing = ALONE
    """Who shares the limits of the table of kill sizes."""
    beside: bool = False
    """Whether two samples may be taken at once, where that changes no figure."""
    keep_captures: bool = False
    """Whether memray's captures of the traced calls are kept beside the results."""
    copy_baseline: bool = False
    """Whether the bare cost of COPYing the same rows from a file is measured in the same rounds."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the implementations."""
        return tuple(one.name for one in self.implementations)

    @property
    def first_probe(self) -> str:
        """The probe of each implementation's first sample on a data set."""
        return self.probes[0] if self.probes else "time"

    @property
    def timed(self) -> tuple[str, ...]:
        """The names of what is timed."""
        return (*self.names, COPY_BASELINE) if self.copy_baseline else self.names

    @cached_property
    def outlooks(self) -> tuple[Outlook, ...]:
        """What the job foresees of each source, for which it reads files: asked once. Raises InputError."""
        return tuple(map(self.job.outlook, self.sources))

    @property
    def time_weights(self) -> dict[str, float]:
        """By data set, its share of the time that pairs may take."""
        foreseen = zip(self.sources, self.outlooks, strict=True)
        return {self.job.label(source): cost("time", call_rows(outlook)) for source, outlook in foreseen}

    @property
    def planned(self) -> tuple[PlannedSample, ...]:
        """The samples of one data set; where their number is not planned, as many of time as are expected."""
        samples = self.samples if self.goal is None else EXPECTED_ROUNDS
        return tuple(schedule(self.names, samples, self.probes, copy_baseline=self.copy_baseline))


@dataclass(frozen=True)
class PlannedSample:
    """One sample to take on a data set: by which probe, of which implementation."""

    probe: ProbeName
    implementation: str
    number: int
    """Counts from 1 within the probe and implementation."""


def schedule(
    implementations: tuple[str, ...],
    samples: int,
    probes: tuple[ProbeName, ...] = SINGLE_PROBES,
    *,
    copy_baseline: bool = False,
) -> Iterator[PlannedSample]:
    """Yield the samples of one data set: single probes first, then time in rounds whose order alternates.

    Every round runs each implementation once, and the copy baseline where it is asked for, so that drift of the
    machine affects all of them equally.
    """
    for probe in probes:
        for implementation in implementations:
            yield PlannedSample(probe, implementation, 1)
        if copy_baseline and probe in COPY_BASELINE_PROBES:
            yield PlannedSample(probe, COPY_BASELINE, 1)
    timed = (*implementations, COPY_BASELINE) if copy_baseline else implementations
    for round_number in range(1, samples + 1):
        order = timed if round_number % 2 else tuple(reversed(timed))
        for implementation in order:
            yield PlannedSample("time", implementation, round_number)


def cost(probe: str, rows: float) -> float:
    """Estimate what one sample, or a load of so many rows, costs, in rows written."""
    return _FIXED_ROWS.get(probe, _FIXED_COST_ROWS) + PROBE_COST[probe] * rows


def data_cost(outlook: Outlook, samples: Iterable[PlannedSample]) -> float:
    """Estimate what a data set costs, its load and ``samples`` of it, in rows written."""
    return cost(LOAD, outlook.loaded) + sum(cost(one.probe, call_rows(outlook)) for one in samples)


def call_rows(outlook: Outlook) -> float:
    """Return how many rows a call would write in the time that it takes to read and write its own."""
    return outlook.rows + _READ_COST * outlook.loaded


def timeout_seconds(rows: int | None, size: Iterable[int]) -> float:
    """Return a timeout that only a hung worker reaches; traced runs on a slow machine stay well below it.

    ``size`` are the numbers of the data set's size. Where the number of rows is not known, none are counted on.
    """
    return 60 + 0.003 * (rows or 0) + 0.001 * sum(size)
