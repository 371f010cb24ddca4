"""The runner: carries out a plan from the first database to the results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path

from bench.database.roles import LoginRoles
from bench.declare.storage import storage_in
from bench.harness.beside import Beside, in_groups, worth_it
from bench.harness.collector import Collector
from bench.harness.databases import Databases, job_of, open_databases
from bench.harness.described import description_of
from bench.harness.disk_room import refuse_without_room
from bench.harness.environment import describe_environment
from bench.harness.executor import SampleError
from bench.harness.goal import EXPECTED_ROUNDS
from bench.harness.itinerary import Group, Itinerary
from bench.harness.load_progress import LoadProgress, watched_sample
from bench.harness.plan import LOAD, UNDISTURBED_BY_QUERIES, PlannedSample, RunPlan, call_rows, cost, data_cost
from bench.harness.progress import Progress
from bench.harness.rounds import Rounds
from bench.harness.stage import COPYING, DataStage, Stage, open_stage
from bench.harness.targets import TargetDigest
from bench.harness.wrong_rows import wrong_rows
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Outlook
from bench.messages.reading import Reading
from bench.results.environment import Environment
from bench.results.records import COPY_BASELINE, Results
from bench.words import enumerated

StageOpener = Callable[[str | None, int, LoginRoles | None], AbstractContextManager[Stage]]
"""Opens a stage on a database URL, or None, a server version and roles; tests have one without a server."""


class Runner:
    """A Runner measures one plan; ``results`` returns what there is at any time, also after an interruption."""

    def __init__(
        self, plan: RunPlan, progress: Progress, opener: StageOpener = open_stage, captures: Path | None = None
    ) -> None:
        """Carry out ``plan``; memray's captures go to the folder ``captures``, or are not kept."""
        self._plan = plan
        self._opener = opener
        self._captures = captures
        self._progress = progress
        samples = plan.samples if plan.goal is None else None
        self._collector = Collector(plan.command, plan.names, description_of(plan.job), plan.scenario, samples)
        self._collector.sharing = plan.sharing
        self._environment: Environment | None = None
        self._warnings: tuple[str, ...] = ()
        self._itinerary: Itinerary | None = None
        self._left: float | None = None
        """What was said last about the time left."""
        self._rounds: Rounds | None = None
        self._copied: TargetDigest | None = None
        """What the copy files of the scan under measurement hold."""

    @property
    def benchmarks(self) -> tuple[Mapping[str, object], ...]:
        """pytest-benchmark's own documents, one per time sample."""
        return tuple(self._collector.benchmarks)

    def results(self) -> Results | None:
        """All that was measured so far; None before the server was up."""
        return self._collector.results(self._environment, self._warnings) if self._environment else None

    def run(self) -> None:
        """Measure every case. A sample that fails is recorded and ends its case; the rest goes on.

        Raises InputError or DatabaseError if nothing can be measured at all.
        """
        plan = self._plan
        foreseen = [*zip(plan.sources, plan.outlooks, strict=True)]
        self._warnings = tuple(dict.fromkeys(one for _, outlook in foreseen for one in outlook.warnings))
        with self._opener(plan.database_url, plan.server_major, plan.job.roles) as stage:
            stage.captures = self._captures
            server = stage.server
            needs = {plan.job.label(source): outlook.disk_bytes for source, outlook in foreseen}
            refuse_without_room(server.data_folder, needs)
            for warning in (*server.warnings, *self._warnings):
                self._progress.warn(warning)
            self._environment = describe_environment(server.version, server.source, server.settings())
            self._collector.laws = stage.describe(job_of(plan.job, plan.implementations), plan.implementations).laws
            self._progress.begin(sum(data_cost(outlook, plan.planned) for outlook in plan.outlooks))
            if plan.goal is not None:
                self._rounds = Rounds(plan.goal, {**plan.goal.elsewhere, **plan.time_weights})
                self._collector.stops = self._rounds.stops
            self._itinerary = Itinerary(plan, self._rounds)
            for source, outlook in foreseen:
                self._run_data(stage, source, outlook)

    def _run_data(self, stage: Stage, source: DataSource, outlook: Outlook) -> None:
        job, label = self._plan.job, self._plan.job.label(source)
        self._progress.stage(f"{label}: loading the {job.noun}")
        began = time.monotonic()
        with open_databases(stage, job, source, self._plan.implementations, self._load_progress(source)) as databases:
            self._progress.detail("keeping the state of the database")
            for data in databases.by_tables.values():
                data.guard.keep()
            itinerary = self._itinerary
            assert itinerary is not None  # the run has begun
            itinerary.loaded(label, time.monotonic() - began)
            self._progress.done(cost(LOAD, outlook.loaded))
            first = databases.first
            for warning in databases.warnings:
                self._progress.warn(f"{label}: {warning}")
            self._warnings += tuple(f"{label}: {warning}" for warning in databases.warnings)
            self._collector.add_dataset(first.dataset, rows_known=first.loaded.rows is not None)
            failed: set[str] = set()
            if self._plan.scenario == "rerun":
                self._write_earlier_rows(databases, failed)
            if self._plan.copy_baseline:
                self._write_copy_files(databases, failed)
            planned = [one for one in self._plan.planned if self._rounds is None or one.probe != "time"]
            at_once = worth_it(self._plan, outlook) and first.guard.has_copy
            groups = tuple(in_groups(planned, at_once=at_once))
            with closing(Beside(first)) as beside:
                position = 0
                for number, group in enumerate(groups):
                    self._tell(itinerary.left(label, groups[number:], failed))
                    position += len(group)
                    wanted = tuple(one for one in group if one.implementation not in failed)
                    names = enumerated([one.implementation for one in wanted])
                    if wanted:
                        self._progress.stage(f"{label}: {names}, {group[0].probe} ({position} of {len(planned)})")
                    if len(wanted) > 1 and self._measure_beside(beside, databases, source, wanted, failed):
                        wanted = ()
                    for sample in wanted:
                        self._measure(databases, source, sample, failed)
                    self._progress.done(sum(cost(one.probe, call_rows(outlook)) for one in group))
            if self._rounds is not None:
                self._run_rounds(databases, source, outlook, failed)
            self._tell(itinerary.left(label, (), failed))

    def _load_progress(self, source: DataSource) -> LoadProgress:
        """Return what the load of ``source`` reports to."""
        noun = self._plan.job.size[0]
        return LoadProgress(self._progress, noun, source.size.numbers[noun] if source.size else None)

    def _run_rounds(self, databases: Databases, source: DataSource, outlook: Outlook, failed: set[str]) -> None:
        """Time implementations round by round, until no question about them is open."""
        itinerary = self._itinerary
        assert self._rounds is not None  # or there would be a fixed number
        assert itinerary is not None  # the run has begun
        label = databases.first.dataset.scan
        companion = COPY_BASELINE if self._plan.copy_baseline else None
        rounds = self._rounds.of_scan(label, self._plan.names, companion)
        one = cost("time", call_rows(outlook))
        work = EXPECTED_ROUNDS * len(self._plan.timed) * one
        samples = partial(self._collector.samples, label)
        while order := rounds.next(samples, failed):
            for position, name in enumerate(order):
                round_rest = [(PlannedSample("time", each, rounds.taken),) for each in order[position:]]
                self._tell(itinerary.left(label, round_rest, failed, (rounds, samples)))
                self._progress.stage(f"{label}: {name}, time (pair {rounds.taken})")
                self._measure(databases, source, *round_rest[0], failed)
                done = min(work, one)
                work -= done
                self._progress.done(done)
        self._progress.done(work)

    def _measure_beside(
        self, beside: Beside, databases: Databases, source: DataSource, samples: Group, failed: set[str]
    ) -> bool:
        """Take two samples at once; False where they have to be taken one after the other."""
        first, second = samples
        implementations = self._implementation(first.implementation), self._implementation(second.implementation)
        if any(databases.of(one) is not databases.first for one in implementations):
            return False
        label = databases.first.dataset.scan
        with self._watched(label, samples):
            taken = beside.take(first.probe, implementations, self._plan.timeout_seconds)
        if taken is None:
            return False
        for sample, (reading, found) in zip(samples, taken, strict=True):
            with self._recording(label, sample, failed):
                self._judge(databases.first, source, sample, reading, found)
        return True

    def _measure(self, databases: Databases, source: DataSource, sample: PlannedSample, failed: set[str]) -> None:
        """Take a sample, or record why it cannot be taken."""
        data = databases.of(self._implementation(sample.implementation))
        rows = data.rows_so_far if sample.probe in UNDISTURBED_BY_QUERIES else str
        label = data.dataset.scan
        with self._recording(label, sample, failed), self._watched(label, (sample,), rows):
            self._take(databases, source, sample)

    @contextmanager
    def _watched(self, label: str, group: Group, rows: Callable[[], str] = str) -> Iterator[None]:
        """Say how far the samples in the block are, and learn how long they took, unless they fail."""
        assert self._itinerary is not None  # the run has begun
        began, expected = time.monotonic(), self._itinerary.expected(label, group)
        after = None if self._left is None or expected is None else max(0.0, self._left - expected)
        with watched_sample(self._progress, expected, rows, after=after):
            yield
        self._itinerary.took(label, group, time.monotonic() - began)

    def _tell(self, seconds: float | None) -> None:
        """Say how long the run will take, where that is known."""
        self._left = seconds
        if seconds is not None:
            self._progress.left(seconds)

    def _write_earlier_rows(self, databases: Databases, failed: set[str]) -> None:
        """Have the rows that every sample then replaces written, by the first implementation that does not fail.

        Of implementations with different storages or databases, by the first one of each.
        """
        label = databases.first.dataset.scan
        self._progress.stage(f"{label}: writing the rows of an earlier run")
        written: set[tuple[str, str]] = set()
        for implementation in self._plan.implementations:
            data = databases.of(implementation)
            place = databases.place(implementation), storage_in(data.storages, implementation.name).relation
            if place not in written:
                with self._recording(label, PlannedSample("rows", implementation.name, 1), failed):
                    data.write_earlier_rows(implementation, self._plan.timeout_seconds)
                    written.add(place)

    def _write_copy_files(self, databases: Databases, failed: set[str]) -> None:
        """Have the first on the first database that does not fail write the rows that the copy baseline then COPYs."""
        data = databases.first
        self._progress.stage(f"{data.dataset.scan}: writing the copy files")
        for implementation in self._plan.implementations:
            if implementation.name not in failed and databases.of(implementation) is data:
                with self._recording(data.dataset.scan, PlannedSample("rows", implementation.name, 1), failed):
                    self._copied = data.write_copy_files(implementation, self._plan.timeout_seconds)
                    return
        failed.add(COPY_BASELINE)

    def _take(self, databases: Databases, source: DataSource, sample: PlannedSample) -> None:
        implementation = self._implementation(sample.implementation)
        data = databases.of(implementation)
        reading, found = data.sample(sample.probe, implementation, self._plan.timeout_seconds)
        self._judge(data, source, sample, reading, found)

    def _judge(
        self, data: DataStage, source: DataSource, sample: PlannedSample, reading: Reading, found: TargetDigest
    ) -> None:
        """Add a sample that was taken. Raises SampleError for wrong rows."""
        implementation = self._implementation(sample.implementation)
        label = data.dataset.scan
        unchanged = found.bystanders == data.untouched.bystanders
        difference = self._collector.add_digest(label, sample.implementation, found, bystanders_unchanged=unchanged)
        self._collector.add_reading(label, sample, reading, found.rows)
        copied = self._copied if implementation == COPYING else None
        if fault := difference or wrong_rows(self._plan.job, data, source, reading, found, copied):
            raise SampleError("wrong-rows", fault)

    def _implementation(self, name: str) -> Implementation:
        return next((one for one in self._plan.implementations if one.name == name), COPYING)

    @contextmanager
    def _recording(self, label: str, sample: PlannedSample, failed: set[str]) -> Iterator[None]:
        """Record a sample's failure and give up its case: an implementation that failed is not measured further."""
        try:
            yield
        except SampleError as error:
            self._collector.add_failure(label, sample, error.kind, str(error), error.log_tail)
            self._progress.warn(f"{label}: {sample.implementation} failed ({error.kind}): {error}")
            failed.add(sample.implementation)
