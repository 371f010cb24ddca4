"""The sandbox: a database with data in two versions, on which one implementation runs many times.

Runs need no reset: once the data are varied, what one run left are the old rows of the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess, one_line
from bench.declare.storage import STANDARD, Storage
from bench.errors import BenchError, InputError
from bench.harness.executor import ProcessExecutor, RunningWorker, SampleError
from bench.harness.requests import trial_request
from bench.harness.stage import DataStage
from bench.harness.targets import Targets, observe
from bench.jobs.implementation import Implementation
from bench.jobs.job import Arguments, Job, Loaded, Target
from bench.messages.answer import TrialAnswer
from bench.messages.fault import Fault
from bench.messages.request import TrialRequest
from bench.promises.fault_plan import RunProfile
from bench.promises.server_faults import RowTrigger
from bench.promises.versions import TableState, Version, Versions, other
from bench.results.promises import Holding

KILLED = "killed"
_LONGEST_ERROR = 300
_SOCKET = re.compile(r' on socket "[^"]*"')


class StoppedError(BenchError):
    """The trial was stopped elsewhere, so this sandbox stops too."""


class UndisturbedFailureError(BenchError):
    """An implementation fails without any fault, so its promises cannot be tested."""

    exit_code = 1


@dataclass(frozen=True)
class RunResult:
    """A RunResult is the outcome of one run: the answer of its finished call, or an error in one line."""

    call: TrialAnswer | None = None
    error: str = ""


@dataclass(frozen=True)
class TrialContext:
    """A TrialContext is what all sandboxes of one trial share."""

    executor: ProcessExecutor
    job: Job
    implementation: Implementation
    loaded: Loaded
    timeout_seconds: float
    """For a single run."""
    stop: Event
    """Set once the trial has ended; no sandbox may then start another run."""
    storage: Storage = STANDARD
    """Where the implementation stores its rows."""

    @property
    def targets(self) -> Targets:
        """The tables that a run may change."""
        return Targets.of(self.job, (self.storage,))

    @property
    def written(self) -> Target:
        """The table that the rows are written into."""
        targets = self.targets
        return next((one for one in targets.restored if one.table in self.storage.reset), targets.tables[0])

    def vary(self, access: DatabaseAccess) -> None:
        """Turn the data of either version into those of the other. Raises InputError for a job that cannot."""
        if self.job.vary is None:
            raise InputError(
                f"job {self.job.name!r} has no vary, so a run's rows cannot be distinguished from an earlier run's; "
                "give it a function that changes half of its data and, called again, changes them back"
            )
        with observe(access) as connection:
            try:
                self.job.vary(connection, self.loaded)
            except psycopg.Error as error:
                raise InputError(
                    f"job {self.job.name!r}: its vary failed: {one_line(error)}; correct what it executes"
                ) from error


class Sandbox:
    """A Sandbox varies its data and runs the implementation on them; one run at a time, except races."""

    def __init__(
        self,
        context: TrialContext,
        access: DatabaseAccess,
        versions: Versions,
        row_trigger: RowTrigger,
        bystanders: str,
    ) -> None:
        self.context = context
        self.access = access
        self.versions = versions
        self.row_trigger = row_trigger
        self.bystanders = bystanders
        """The fingerprint, before the first run, of everything that no run may change."""
        self.target: Version = "b"
        """The version that the data give now, and that a run must leave."""
        self._workers: list[RunningWorker] = []

    def with_access(self, access: DatabaseAccess) -> Sandbox:
        """Return a sandbox on ``access``, a copy of this one's database in its current state."""
        sandbox = Sandbox(self.context, access, self.versions, self.row_trigger, self.bystanders)
        sandbox.target = self.target
        return sandbox

    def flip(self) -> None:
        """Vary the data, so that the rows in the tables become those of an earlier run."""
        self._raise_if_stopped()
        self.context.vary(self.access)
        with observe(self.access) as connection:
            for target in self.context.targets.restored:
                connection.execute(sql.SQL("VACUUM {}").format(sql.Identifier(target.table)))
        self.target = other(self.target)

    def state(self) -> TableState:
        """Read all targets in one snapshot."""
        with observe(self.access) as connection:
            return self.versions.state(connection, self.target)

    def request(
        self,
        arguments: Arguments | None = None,
        *,
        access: DatabaseAccess | None = None,
        fault: Fault | None = None,
    ) -> TrialRequest:
        """Return the request for one run that waits for ``send``, of the measured call unless another is given."""
        context = self.context
        arguments = arguments or context.loaded.arguments
        return trial_request(context.implementation, access or self.access, context.loaded, arguments, fault)

    def run(self, request: TrialRequest, on_start: Callable[[RunningWorker], None] | None = None) -> RunResult:
        """Run once in a fresh worker; ``on_start`` is called as soon as the call has started.

        Raises StoppedError, and SampleError if the worker ends before its call.
        """
        with self.ready_workers(request) as (worker,):
            worker.send()
            if on_start is not None:
                on_start(worker)
            return self.wait_for(worker)

    @contextmanager
    def ready_workers(self, *requests: TrialRequest) -> Iterator[tuple[RunningWorker, ...]]:
        """Start one worker per request and wait until each is about to make its call. Raises like ``run``.

        They start one after another, because all make the same warm-up call.
        """
        self._workers = workers = []
        with ExitStack() as stack:
            for request in requests:
                worker = stack.enter_context(self.context.executor.start(request))
                workers.append(worker)
                self._raise_if_stopped()
                worker.wait_until_ready(self.context.timeout_seconds)
            yield tuple(workers)

    def wait_for(self, worker: RunningWorker) -> RunResult:
        """Wait until a worker whose call has started ends. Raises StoppedError."""
        try:
            answer = worker.answer(self.context.timeout_seconds)
        except SampleError as error:
            self._raise_if_stopped()
            return RunResult(error=KILLED if error.kind == "killed" else _for_record(str(error)))
        return RunResult(call=answer)

    def kill_workers(self) -> None:
        """Kill the workers that run now; the context's ``stop`` prevents new ones."""
        for worker in self._workers:
            worker.kill()

    def rerun(self) -> tuple[str, TableState]:
        """Run undisturbed in a fresh worker; return what is then wrong with the rows ('' for nothing), and the state.

        If something is wrong, the sandbox is reset.
        """
        try:
            result = self.run(self.request())
        except SampleError as error:
            result = RunResult(error=_for_record(str(error)))
        state = self.state()
        wrong = self.check_run(result, state)
        if wrong:
            self.reset()
        return wrong, state

    def check_run(self, result: RunResult, state: TableState) -> str:
        """Return what is wrong after an undisturbed run; '' for nothing."""
        if result.call is None:
            return f"failed: {result.error}"
        if wrong := self.check_state(state):
            return wrong
        check = self.context.job.outcome_fault
        return "" if check is None else check(result.call.outcome, self.context.loaded, self.versions.rows(self.target))

    def check_state(self, state: TableState) -> str:
        """Return what is wrong with the call's rows; '' if they are exactly the target version's."""
        if set(state.tables) == {Holding.NEW}:
            return ""
        named = zip(self.context.targets.tables, state.tables, strict=True)
        return ", ".join(f"{target.title} {holding}" for target, holding in named)

    def reset(self) -> None:
        """Restore the state that ``prepare_sandbox`` saved."""
        self.context.targets.reset(self.access)
        if self.target == "a":
            self.context.vary(self.access)
            self.target = "b"

    def _raise_if_stopped(self) -> None:
        if self.context.stop.is_set():
            raise StoppedError("the trial was stopped")


def _for_record(error: str) -> str:
    """Shorten an error and remove the path of this machine's socket."""
    return _SOCKET.sub("", error)[:_LONGEST_ERROR]


def prepare_sandbox(context: TrialContext, staged: DataStage) -> tuple[Sandbox, RunProfile]:
    """Have the implementation write version a, then version b over it; return the sandbox and the second run's profile.

    Raises UndisturbedFailureError if the implementation fails, and InputError for data whose versions are identical.
    """
    loaded, targets = context.loaded, context.targets
    with observe(staged.access) as connection:
        versions = Versions(connection, loaded, targets, context.storage.relation)
        row_trigger = RowTrigger(connection, staged.access, loaded.arguments, targets.restored)
        sandbox = Sandbox(context, staged.access, versions, row_trigger, versions.bystanders(connection))
    sandbox.target = "a"
    _run_undisturbed(sandbox)
    with observe(staged.access) as connection:
        versions.learn(connection, "a")
    sandbox.flip()
    with observe(staged.access) as connection:
        row_trigger.arm(connection, context.written)
    call = _run_undisturbed(sandbox)
    with observe(staged.access) as connection:
        written = row_trigger.disarm(connection)
        versions.learn(connection, "b")
    if unvaried := versions.unvaried():
        raise InputError(
            f"{context.job.noun} {staged.dataset.scan}: {' and '.join(unvaried)} stay the same when half of the data "
            f"change; write --scan with more {context.job.size[0]}, or let the job's vary change what they are made of"
        )
    targets.save(staged.access)
    return sandbox, RunProfile(
        seconds=call.seconds,
        statements=call.statements,
        pieces=call.pieces,
        rows=written,
        last=versions.rows("b", -1) if len(targets.tables) > 1 else 0,
    )


def _run_undisturbed(sandbox: Sandbox) -> TrialAnswer:
    try:
        result = sandbox.run(sandbox.request())
    except SampleError as error:
        raise UndisturbedFailureError(f"failed before its call: {error}") from error
    if result.call is None:
        raise UndisturbedFailureError(f"failed where nothing disturbed it: {result.error}")
    return result.call
