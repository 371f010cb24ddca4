"""The trial: every step for one implementation, from the first undisturbed run to the last crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Event, Lock

from bench.database.access import DatabaseAccess
from bench.database.server import Server
from bench.declare.storage import storage_in
from bench.harness.executor import ProcessExecutor, SampleError
from bench.harness.progress import Progress
from bench.harness.stage import DataStage, open_stage
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Job
from bench.promises.fault_free import DELAYS, RIVAL_DELAYS, races, refusals, watch_runs
from bench.promises.fault_plan import CRASH, PlannedPoint, plan_points
from bench.promises.fault_point import try_point
from bench.promises.sandbox import Sandbox, TrialContext, UndisturbedFailureError, prepare_sandbox
from bench.results.promises import DeclaredPromises, FaultPoint, PromiseTrial

WATCHED_RUNS = 3
SANDBOXES = 2
"""How many databases have faults injected at the same time; a crash affects the whole server, so it runs alone."""


_REFUSED_CALLS = 3
_RIVALS = 2
"""How many calls most jobs give, for an estimate."""


def work_of(points: int) -> int:
    """Return roughly how many workers a trial starts, which is the unit of its progress."""
    return 2 + WATCHED_RUNS + _REFUSED_CALLS + 2 * points + 2 * (len(DELAYS) + _RIVALS * len(RIVAL_DELAYS))


@dataclass(frozen=True, kw_only=True)
class TrialPlan:
    """A TrialPlan is what the user chose for every implementation."""

    job: Job
    implementations: tuple[Implementation, ...]
    points: int
    database_url: str | None
    server_major: int
    timeout_seconds: float | None
    """For a single run; None derives it from the size of the data."""


def try_promises(
    plan: TrialPlan, source: DataSource, progress: Progress, keep: Callable[[PromiseTrial], None]
) -> tuple[PromiseTrial, ...]:
    """Try every implementation of ``plan`` on the data of ``source``; ``keep`` receives each trial once complete.

    Raises InputError for bad input, and DatabaseError if the server is lost.
    """
    job = plan.job
    for warning in job.outlook(source).warnings:
        progress.warn(warning)
    trials = []
    with open_stage(plan.database_url, plan.server_major, job.roles) as stage:
        executor = ProcessExecutor(stage.scratch)
        described = stage.describe(job, plan.implementations)
        progress.begin(work_of(plan.points) * len(plan.implementations))
        for implementation, declared in zip(plan.implementations, described.promises, strict=True):
            with stage.data(job, source, (implementation,)) as staged:
                storage = storage_in(described.storages, implementation.name)
                context = TrialContext(
                    executor=executor,
                    job=job,
                    implementation=implementation,
                    loaded=staged.loaded,
                    timeout_seconds=plan.timeout_seconds or staged.timeout_seconds,
                    stop=Event(),
                    storage=storage,
                )
                trial = TrialRunner(plan, stage.server, staged, declared, progress, context)
                trial.run()
            trials.append(trial.result)
            keep(trial.result)
    return tuple(trials)


class TrialRunner:
    """A TrialRunner tries one implementation; ``result`` is the record so far."""

    def __init__(
        self,
        plan: TrialPlan,
        server: Server,
        staged: DataStage,
        declared: DeclaredPromises,
        progress: Progress,
        context: TrialContext,
    ) -> None:
        self._plan = plan
        self._server = server
        self._staged = staged
        self._progress = progress
        self._name = declared.implementation
        self._context = context
        self.result = PromiseTrial(
            implementation=declared.implementation,
            source=declared.source,
            declared=declared.promises,
            created=datetime.now(tz=UTC).isoformat(timespec="seconds"),
            scan=staged.dataset.scan,
            tables=tuple(target.title for target in context.targets.tables),
            refusal=plan.job.refusal,
            rows=context.loaded.rows or 0,
            server_version=server.version,
            server_source=server.source,
        )

    def run(self) -> None:
        """Run every step. An implementation that fails undisturbed is not tried further, and the result says so.

        Raises InputError for data that are too few or that the job cannot vary, and DatabaseError if the server is
        lost.
        """
        try:
            self._try_all()
        except (UndisturbedFailureError, SampleError) as error:
            self.result = replace(self.result, failure=str(error))
            self._progress.warn(f"{self._name}: {error}")

    def _try_all(self) -> None:
        self._progress.stage(f"{self._name}: writing the rows of an earlier run")
        sandbox, profile = prepare_sandbox(self._context, self._staged)
        seconds = profile.seconds
        self.result = replace(self.result, seconds=seconds, rows=sandbox.versions.rows(sandbox.target))
        self._progress.done(2)

        self._progress.stage(f"{self._name}: reading while it runs")
        readings, unchanged = watch_runs(sandbox, WATCHED_RUNS)
        self.result = replace(self.result, readings=readings, observed_unchanged=unchanged)
        self._progress.done(WATCHED_RUNS)

        self._progress.stage(f"{self._name}: calling it for data of other owners")
        for refusal in refusals(sandbox):
            self.result = replace(self.result, refusals=(*self.result.refusals, refusal))
            self._progress.done(1)

        crashes = self._server.source == "embedded"
        planned = plan_points(self._plan.points, profile, crashes=crashes)
        self._try_points([point for point in planned if point.kind != CRASH], sandbox, seconds)

        with self._copy(sandbox) as copy:
            self._progress.stage(f"{self._name}: two runs at once")
            for race in races(copy, seconds):
                self.result = replace(self.result, races=(*self.result.races, race))
                self._progress.done(2)

        # A crash ends every session on the server, so these run alone and last, in the order of the plan.
        for number, point in enumerate((point for point in planned if point.kind == CRASH), start=1):
            self._progress.stage(f"{self._name}: crashing the server ({number})")
            self._add(try_point(sandbox, point, seconds))

    def _try_points(self, points: list[PlannedPoint], sandbox: Sandbox, seconds: float) -> None:
        """Carry out ``points`` on SANDBOXES databases at once, and record them in order."""
        found: dict[int, FaultPoint] = {}
        waiting = iter(enumerate(points))
        lock = Lock()

        def work(sandbox: Sandbox) -> None:
            while True:
                with lock:
                    number, point = next(waiting, (0, None))
                if point is None:
                    return
                self._progress.stage(f"{self._name}: {point.kind} ({number + 1} of {len(points)})")
                tried = try_point(sandbox, point, seconds)
                with lock:
                    found[number] = tried
                    self._progress.done(2)

        with self._copy(sandbox) as second, ThreadPoolExecutor(SANDBOXES) as pool:
            sandboxes = (sandbox, second)
            jobs = [pool.submit(work, one) for one in sandboxes]
            try:
                done, _ = wait(jobs, return_when=FIRST_EXCEPTION)
                for job in done:
                    job.result()
            except BaseException:
                self._context.stop.set()
                for one in sandboxes:
                    one.kill_workers()
                raise
            finally:
                self.result = replace(self.result, points=tuple(found[number] for number in sorted(found)))

    def _add(self, point: FaultPoint) -> None:
        self.result = replace(self.result, points=(*self.result.points, point))
        self._progress.done(2)

    @contextmanager
    def _copy(self, sandbox: Sandbox) -> Iterator[Sandbox]:
        """Yield a sandbox on a copy of ``sandbox``'s database, dropped afterwards."""
        access: DatabaseAccess = self._server.create_database(sandbox.access)
        try:
            yield sandbox.with_access(access)
        finally:
            self._server.drop_database(access)
