"""The runner: carries out a plan from the first database to the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from bench.database.roles import LoginRoles
from bench.declare.storage import storage_in
from bench.harness.collector import Collector
from bench.harness.databases import Databases, job_of, open_databases
from bench.harness.described import description_of
from bench.harness.environment import describe_environment
from bench.harness.executor import SampleError
from bench.harness.plan import PlannedSample, RunPlan, cost, schedule
from bench.harness.progress import Progress
from bench.harness.stage import COPYING, Stage, open_stage
from bench.harness.targets import TargetDigest
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Outlook
from bench.results.records import COPY_BASELINE, Environment, Results

StageOpener = Callable[[str | None, int, LoginRoles | None], AbstractContextManager[Stage]]
"""Opens a stage on a database URL, or None, a server version and roles; tests have one without a server."""


class Runner:
    """A Runner measures one plan; ``results`` returns what there is at any time, also after an interruption."""

    def __init__(self, plan: RunPlan, progress: Progress, opener: StageOpener = open_stage) -> None:
        self._plan = plan
        self._opener = opener
        self._progress = progress
        self._collector = Collector(plan.command, plan.names, description_of(plan.job), plan.scenario, plan.samples)
        self._environment: Environment | None = None
        self._warnings: tuple[str, ...] = ()
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
        foreseen = [(source, self._foresee(source)) for source in plan.sources]
        self._warnings = tuple(dict.fromkeys(one for _, outlook in foreseen for one in outlook.warnings))
        with self._opener(plan.database_url, plan.server_major, plan.job.roles) as stage:
            server = stage.server
            for warning in (*server.warnings, *self._warnings):
                self._progress.warn(warning)
            self._environment = describe_environment(server.version, server.source, server.settings())
            self._collector.laws = stage.describe(job_of(plan.job, plan.implementations), plan.implementations).laws
            self._progress.begin(sum(self._work(outlook) for _, outlook in foreseen))
            for source, outlook in foreseen:
                self._run_data(stage, source, outlook)

    def _foresee(self, source: DataSource) -> Outlook:
        foresee = self._plan.job.foresee
        return Outlook() if foresee is None else foresee(source)

    def _run_data(self, stage: Stage, source: DataSource, outlook: Outlook) -> None:
        job, label = self._plan.job, self._plan.job.label(source)
        self._progress.stage(f"{label}: loading the {job.noun}")
        with open_databases(stage, job, source, self._plan.implementations) as databases:
            first = databases.first
            self._collector.add_dataset(first.dataset, rows_known=first.loaded.rows is not None)
            failed: set[str] = set()
            if self._plan.scenario == "rerun":
                self._write_earlier_rows(databases, failed)
            if self._plan.copy_baseline:
                self._write_copy_files(databases, failed)
            planned = self._planned()
            for position, sample in enumerate(planned, start=1):
                if sample.implementation not in failed:
                    self._progress.stage(
                        f"{label}: {sample.implementation}, {sample.probe} ({position} of {len(planned)})"
                    )
                    with self._recording(first.dataset.scan, sample, failed):
                        self._take(databases, source, sample)
                self._progress.done(cost(sample.probe, outlook.rows))

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
        """Have the first implementation that does not fail write the rows that the copy baseline then COPYs.

        One of those on the first database, on which the copy baseline runs.
        """
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
        label, rows = data.dataset.scan, data.loaded.rows
        unchanged = found.bystanders == data.untouched.bystanders
        difference = self._collector.add_digest(label, sample.implementation, found, bystanders_unchanged=unchanged)
        self._collector.add_reading(label, sample, reading, found.rows)
        if difference:
            raise SampleError("wrong-rows", difference)
        if not unchanged:
            raise SampleError("wrong-rows", "changed rows that belong to other calls")
        if implementation == COPYING:
            if found != self._copied:
                raise SampleError("wrong-rows", "left other rows than its files hold")
            return
        # Of synthetic data the number is certain; a file may hold what an implementation is known to read otherwise.
        if source.file is None and rows is not None and found.rows != rows:
            raise SampleError("wrong-rows", f"wrote {found.rows:,} rows where the rules give {rows:,}")
        check = self._plan.job.outcome_fault
        if check is not None and (fault := check(reading.outcome, data.loaded, found.rows)):
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

    def _work(self, outlook: Outlook) -> float:
        return sum(cost(sample.probe, outlook.rows) for sample in self._planned())

    def _planned(self) -> list[PlannedSample]:
        plan = self._plan
        return list(schedule(plan.names, plan.samples, plan.probes, copy_baseline=plan.copy_baseline))
