"""The grounds of pools: a server with loaded data, a broker, and what a quiet call leaves, for one command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import psycopg

from bench.broker.broker import Broker, open_broker
from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.database.server_process import find_postmaster
from bench.declare.promise import Promise
from bench.errors import DatabaseError, MeasurementError
from bench.harness.code import code_of
from bench.harness.databases import job_of
from bench.harness.environment import describe_environment
from bench.harness.executor import SampleError
from bench.harness.load_progress import LoadProgress
from bench.harness.progress import Progress
from bench.harness.requests import sample_request
from bench.harness.stage import DataStage, Stage, open_stage
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Loaded
from bench.pool.journal import TaskLogs
from bench.pool.plan import PoolPlan, numbered_sources, refuse_shared_data, trial_of
from bench.pool.rows import ReferenceRows, bystanders, wrong_rows
from bench.pool.run import run_pool
from bench.results.environment import Environment
from bench.results.pool import PoolRun, PoolSettings, PoolTask
from bench.results.records import ImplementationEnvironment, TableDigest


@dataclass
class Grounds:
    """The Grounds of one command: pools follow one another on them, each with an empty queue and reset tables."""

    plan: PoolPlan
    stage: Stage
    broker: Broker
    progress: Progress
    environment: Environment
    _pools: int = 0

    @contextmanager
    def field(self, sources: Sequence[DataSource], count: int) -> Iterator[Field]:
        """Load the data of ``count`` calls. Raises InputError and DatabaseError."""
        plan, job = self.plan, self.plan.job
        first, *rest = numbered_sources(plan, sources, count)
        self.progress.stage(f"loading {count} × {', '.join(job.label(one) for one in sources)}")
        jobs = job_of(job, plan.implementations)
        noun = job.size[0]
        total = first.size.numbers[noun] if first.size else None
        loading = LoadProgress(self.progress, noun, total)
        with self.stage.data(jobs, first, plan.implementations, loading, rest) as data:
            loaded = (data.loaded, *data.beside)
            refuse_shared_data(job, loaded)
            labels = [job.label(one) for one in (first, *rest)]
            declared = self.stage.describe(jobs, plan.implementations).promises
            yield Field(
                grounds=self,
                data=data,
                calls=tuple(zip(labels, loaded, strict=True)),
                promises={one.implementation: one.promises for one in declared},
                untouched=bystanders(data, [one.arguments for one in loaded]),
                postmaster=_postmaster(data.access),
            )

    def next_broker(self) -> Broker:
        """Return the broker with an empty queue."""
        self._pools += 1
        return self.broker.emptied(self._pools)


@dataclass
class Field:
    """A Field is one database with the data of several calls."""

    grounds: Grounds
    data: DataStage
    calls: tuple[tuple[str, Loaded], ...]
    promises: dict[str, tuple[Promise, ...]]
    untouched: tuple[TableDigest, ...]
    postmaster: int | None
    references: dict[str, ReferenceRows] = field(default_factory=dict)
    code: dict[str, ImplementationEnvironment] = field(default_factory=dict)

    def keep_references(self) -> None:
        """Have the first implementation write the rows of each size in a quiet worker, and keep them.

        Raises MeasurementError where it fails, or writes another number of rows than the rules give.
        """
        implementation = self.grounds.plan.implementations[0]
        for label, loaded in self.calls:
            if label not in self.references:
                self.grounds.progress.stage(f"{label}: {implementation.name}, alone, for the rows")
                self.references[label] = self._reference(implementation, label, loaded)
        self.data.reset()

    def _reference(self, implementation: Implementation, label: str, loaded: Loaded) -> ReferenceRows:
        data = self.data
        data.reset()
        request = sample_request(implementation, data.access, replace(loaded, warm_up=None), "rows", label="", group="")
        timeout = self.grounds.plan.timeout_seconds or data.timeout_seconds
        try:
            answer = data.executor.run(replace(request, context=data.loaded.context), timeout)
        except SampleError as error:
            raise MeasurementError(f"{label}: {implementation.name} failed without any limit: {error}") from error
        relation = self._relation(implementation)
        reference = ReferenceRows(data, loaded.arguments, relation)
        rows = reference.find(loaded.arguments, relation).count
        if loaded.rows is not None and rows != loaded.rows:
            raise MeasurementError(
                f"{label}: {implementation.name} wrote {rows:,} rows where the rules give {loaded.rows:,}"
            )
        check = data.job.outcome_fault
        if check is not None and (fault := check(answer.reading.outcome, loaded, rows)):
            raise MeasurementError(f"{label}: {implementation.name} {fault}")
        self.code.setdefault(implementation.name, code_of(implementation, answer.versions))
        return reference

    def pool(
        self,
        implementation: Implementation,
        settings: PoolSettings,
        count: int | None = None,
        *,
        stop_at_kill: bool = False,
        title: str = "",
    ) -> PoolRun:
        """Run one pool on the first ``count`` calls, by default on all, and check the rows of each.

        Those of a pool that the first kill ends are not checked.
        """
        plan, data, calls = self.grounds.plan, self.data, self.calls[:count]
        trial = trial_of(
            plan,
            data,
            implementation,
            calls,
            settings,
            self.promises.get(implementation.name, ()),
            stop_at_kill=stop_at_kill,
        )
        what = title or f"{', '.join(dict.fromkeys(label for label, _ in calls))}: {implementation.name}"
        self.grounds.progress.stage(what)
        data.reset()
        run, tasks = run_pool(
            data,
            self.grounds.next_broker(),
            trial,
            self.postmaster,
            lambda said: self.grounds.progress.stage(f"{what}, {said}"),
        )
        if stop_at_kill:
            return run
        found = bystanders(data, [loaded.arguments for _, loaded in self.calls])
        return replace(
            run,
            tasks=tuple(self._checked(implementation, task, tasks, trial.keeps_whole) for task in run.tasks),
            bystanders_unchanged=found == self.untouched,
        )

    def _checked(self, implementation: Implementation, task: PoolTask, tasks: TaskLogs, keeps_whole: bool) -> PoolTask:
        label, loaded = self.calls[task.number]
        found = self.references[label].find(loaded.arguments, self._relation(implementation))
        finished = task.end == "finished"
        titles = [target.title for target in self.data.job.targets]
        wrong = wrong_rows(found, titles, finished=finished, keeps_whole=keeps_whole)
        check = self.data.job.outcome_fault
        if finished and not wrong and check is not None:
            wrong = check(tasks.tasks[task.number].outcome, loaded, found.count)
        return replace(task, tables=found.tables, rows=found.count, wrong=wrong)

    def _relation(self, implementation: Implementation) -> str:
        storages = {one.implementation: one.storage for one in self.data.storages}
        return storages[implementation.name].relation


@contextmanager
def open_grounds(plan: PoolPlan, progress: Progress) -> Iterator[Grounds]:
    """Start or reach server and broker; nothing of them is left afterwards. Raises BenchError."""
    with open_stage(plan.database_url, plan.server_major, plan.job.roles) as stage:
        for warning in stage.server.warnings:
            progress.warn(warning)
        with open_broker(plan.broker_url, stage.scratch) as broker:
            server = stage.server
            environment = describe_environment(server.version, server.source, server.settings())
            yield Grounds(plan=plan, stage=stage, broker=broker, progress=progress, environment=environment)


def _postmaster(access: DatabaseAccess) -> int | None:
    """The server's process, where it runs on this machine. Raises DatabaseError."""
    try:
        with psycopg.connect(access.conninfo, application_name=OBSERVER, autocommit=True) as connection:
            return find_postmaster(connection.info.backend_pid, access.database)
    except psycopg.Error as error:
        raise DatabaseError(f"the server cannot be reached: {one_line(error)}; see its log") from error
