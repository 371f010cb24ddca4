"""The sandbox: a database with one scan in two versions, on which one implementation runs many times.

Runs need no reset: once the findings are flipped, what one run left are the old rows of the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from psycopg import sql

from bench.compliance.environment import worker_context
from bench.compliance.targets import ROWS, contract_fault
from bench.database.access import DatabaseAccess
from bench.datasets.scan import LoadedScan, ScanKey
from bench.declare.storage import STANDARD, Storage
from bench.errors import BenchError, InputError
from bench.harness.executor import ProcessExecutor, RunningWorker, SampleError
from bench.harness.stage import ScanStage
from bench.harness.targets import Targets, observe
from bench.jobs.implementation import Implementation
from bench.messages.answer import TrialAnswer
from bench.messages.fault import Fault
from bench.messages.request import TrialRequest
from bench.promises.fault_plan import RunProfile
from bench.promises.server_faults import RowTrigger
from bench.promises.versions import TableState, Version, Versions, flip_findings, other
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
    implementation: Implementation
    loaded: LoadedScan
    catalogue_path: Path
    timeout_seconds: float
    """For a single run."""
    stop: Event
    """Set once the trial has ended; no sandbox may then start another run."""
    storage: Storage = STANDARD
    """Where the implementation stores its rows."""

    @property
    def targets(self) -> Targets:
        """The tables that a run may change."""
        return Targets.of((self.storage,))

    @property
    def written(self) -> str:
        """The table that the rows are written into."""
        return next(iter(self.storage.reset), ROWS)


class Sandbox:
    """A Sandbox flips the findings of its scan and runs the implementation on them; one run at a time, except races."""

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
        """The version that the findings give now, and that a run must leave."""
        self._workers: list[RunningWorker] = []

    @property
    def key(self) -> ScanKey:
        """The scan."""
        return self.context.loaded.key

    def with_access(self, access: DatabaseAccess) -> Sandbox:
        """Return a sandbox on ``access``, a copy of this one's database in its current state."""
        sandbox = Sandbox(self.context, access, self.versions, self.row_trigger, self.bystanders)
        sandbox.target = self.target
        return sandbox

    def flip(self) -> None:
        """Flip the findings, so that the rows in the tables become those of an earlier run."""
        self._raise_if_stopped()
        with observe(self.access) as connection:
            flip_findings(connection, self.key)
            for table in self.context.targets.restored:
                connection.execute(sql.SQL("VACUUM {}").format(sql.Identifier(table)))
        self.target = other(self.target)

    def state(self) -> TableState:
        """Read both tables in one snapshot."""
        with observe(self.access) as connection:
            return self.versions.state(connection, self.target)

    def request(
        self, key: ScanKey | None = None, *, access: DatabaseAccess | None = None, fault: Fault | None = None
    ) -> TrialRequest:
        """Return the request for one run that waits for ``send``, on the sandbox's scan unless ``key`` is given."""
        context = self.context
        code, warm_up = context.implementation, context.loaded.warm_up
        return TrialRequest(
            environment=code.environment,
            access=access or self.access,
            implementation=code.name,
            function=code.function,
            arguments=(key or self.key).arguments,
            warm_up=warm_up.arguments,
            context=worker_context(str(context.catalogue_path), (key or self.key).provider, warm_up.provider),
            fault=fault,
        )

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

        They start one after another, because all warm up on the same scan.
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
        if fault := contract_fault(answer.outcome):
            return RunResult(error=_for_record(fault))
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
        created, rows = result.call.outcome["requirements_created"], self.versions.rows(self.target)
        return "" if created == rows else f"returned requirements_created = {created:,} but left {rows:,} rows"

    def check_state(self, state: TableState) -> str:
        """Return what is wrong with the scan's rows and summaries; '' if they are exactly the target version's."""
        if state.rows == state.summaries == Holding.NEW:
            return ""
        return f"rows {state.rows}, summaries {state.summaries}"

    def reset(self) -> None:
        """Restore the state that ``prepare_sandbox`` saved."""
        self.context.targets.reset(self.access)
        if self.target == "a":
            with observe(self.access) as connection:
                flip_findings(connection, self.key)
            self.target = "b"

    def _raise_if_stopped(self) -> None:
        if self.context.stop.is_set():
            raise StoppedError("the trial was stopped")


def _for_record(error: str) -> str:
    """Shorten an error and remove the path of this machine's socket."""
    return _SOCKET.sub("", error)[:_LONGEST_ERROR]


def prepare_sandbox(context: TrialContext, staged: ScanStage) -> tuple[Sandbox, RunProfile]:
    """Have the implementation write version a, then version b over it; return the sandbox and the second run's profile.

    Raises UndisturbedFailureError if the implementation fails, and InputError for a scan whose versions are identical.
    """
    key = context.loaded.key
    with observe(staged.access) as connection:
        versions = Versions(connection, key, context.loaded.warm_up.tenant_id, context.storage)
        row_trigger = RowTrigger(connection, staged.access, key, context.targets.restored)
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
    if versions.identical():
        raise InputError(
            f"the rows of scan {staged.dataset.scan} stay the same when half of its findings change; "
            "write --scan with more findings"
        )
    context.targets.save(staged.access)
    return sandbox, RunProfile(
        seconds=call.seconds,
        statements=call.statements,
        pieces=call.pieces,
        rows=written,
        summaries=versions.summaries("b"),
    )


def _run_undisturbed(sandbox: Sandbox) -> TrialAnswer:
    try:
        result = sandbox.run(sandbox.request())
    except SampleError as error:
        raise UndisturbedFailureError(f"failed before its call: {error}") from error
    if result.call is None:
        raise UndisturbedFailureError(f"failed where nothing disturbed it: {result.error}")
    return result.call
