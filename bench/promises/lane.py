"""The lane: one database with a scan in two versions, on which one implementation runs time and again.

No run needs a reset: what a run leaves are the old rows of the next, once the findings are flipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from psycopg import sql

from bench.compliance.targets import ROWS
from bench.database.access import DatabaseAccess
from bench.datasets.scan import LoadedScan, ScanKey
from bench.declare.storage import STANDARD, Storage
from bench.errors import BenchError, InputError
from bench.harness.executor import ProcessExecutor, RunningWorker, SampleError
from bench.harness.stage import ScanStage
from bench.harness.targets import Targets, observe
from bench.messages.answer import TrialAnswer
from bench.messages.fault import Fault
from bench.messages.request import TrialRequest
from bench.promises.plan import Course
from bench.promises.tripwire import Tripwire
from bench.promises.versions import Sight, Version, Versions, flip_findings, other
from bench.results.promises import Holding

KILLED = "killed"
_LONGEST_ERROR = 300
_SOCKET = re.compile(r' on socket "[^"]*"')
_RIGHT = (Holding.NEW, Holding.NEW)


class StoppedError(BenchError):
    """The trial ended elsewhere, and this lane with it."""


class UntriedError(BenchError):
    """An implementation that cannot be tried, because it fails where nothing disturbs it."""

    exit_code = 1


@dataclass(frozen=True)
class Ended:
    """How one run ended: its call came to the end, or there is an error in one line."""

    call: TrialAnswer | None = None
    error: str = ""


@dataclass(frozen=True)
class Setting:
    """A Setting is what all lanes of one trial share."""

    executor: ProcessExecutor
    implementation: str
    loaded: LoadedScan
    catalogue_path: Path
    timeout_seconds: float
    """For a single run."""
    stop: Event
    """Set where the trial has ended, and no lane is to begin anything more."""
    storage: Storage = STANDARD
    """Where the implementation keeps its rows."""

    @property
    def targets(self) -> Targets:
        """The tables that a run may change."""
        return Targets.of((self.storage,))

    @property
    def written(self) -> str:
        """The table that the rows are written into."""
        return next(iter(self.storage.reset), ROWS)


class Lane:
    """A Lane turns the findings over and runs the implementation on them; one run at a time, but for races."""

    def __init__(
        self, setting: Setting, access: DatabaseAccess, versions: Versions, tripwire: Tripwire, bystanders: str
    ) -> None:
        self.setting = setting
        self.access = access
        self.versions = versions
        self.tripwire = tripwire
        self.bystanders = bystanders
        """The fingerprint of what no run may change, from before the first."""
        self.target: Version = "b"
        """The version that the findings give, and a run is to leave."""
        self._workers: list[RunningWorker[TrialAnswer]] = []

    @property
    def key(self) -> ScanKey:
        """The scan."""
        return self.setting.loaded.key

    def copy(self, access: DatabaseAccess) -> Lane:
        """Return a lane on a copy of this one's database, in the same state."""
        lane = Lane(self.setting, access, self.versions, self.tripwire, self.bystanders)
        lane.target = self.target
        return lane

    def turn(self) -> None:
        """Flip the findings, so that what the tables hold are the rows of an earlier run."""
        self._refuse_once_stopped()
        with observe(self.access) as connection:
            flip_findings(connection, self.key)
            for table in self.setting.targets.restored:
                connection.execute(sql.SQL("VACUUM {}").format(sql.Identifier(table)))
        self.target = other(self.target)

    def look(self) -> Sight:
        """Take one snapshot."""
        with observe(self.access) as connection:
            return self.versions.look(connection, self.target)

    def request(
        self, key: ScanKey | None = None, *, access: DatabaseAccess | None = None, fault: Fault | None = None
    ) -> TrialRequest:
        """Return the request for one gated run, on the lane's scan unless another is named."""
        setting = self.setting
        return TrialRequest(
            implementation=setting.implementation,
            access=access or self.access,
            catalogue_path=str(setting.catalogue_path),
            scan=key or self.key,
            warm_up=setting.loaded.warm_up,
            fault=fault,
            gated=True,
        )

    def run(self, request: TrialRequest, began: Callable[[RunningWorker[TrialAnswer]], None] | None = None) -> Ended:
        """Run once, in a fresh worker; ``began`` is called when the call has begun.

        Raises StoppedError, and SampleError where the worker does not come as far as the call.
        """
        with self.ready(request) as (worker,):
            worker.send()
            if began is not None:
                began(worker)
            return self.end_of(worker)

    @contextmanager
    def ready(self, *requests: TrialRequest) -> Iterator[tuple[RunningWorker[TrialAnswer], ...]]:
        """Start a worker for each request, and let all of them come as far as their calls. Raises as ``run``.

        One after the other, because all warm up on the same scan.
        """
        self._workers = workers = []
        with ExitStack() as stack:
            for request in requests:
                worker = stack.enter_context(self.setting.executor.start(request))
                workers.append(worker)
                self._refuse_once_stopped()
                worker.wait_until_ready(self.setting.timeout_seconds)
            yield tuple(workers)

    def end_of(self, worker: RunningWorker[TrialAnswer]) -> Ended:
        """Wait for the end of a worker whose call has begun. Raises StoppedError."""
        try:
            return Ended(call=worker.answer(self.setting.timeout_seconds))
        except SampleError as error:
            self._refuse_once_stopped()
            return Ended(error=KILLED if error.kind == "killed" else _told(str(error)))

    def stop(self) -> None:
        """End what runs now. The setting's ``stop`` keeps more from beginning."""
        for worker in self._workers:
            worker.kill()

    def rerun(self) -> tuple[str, Sight]:
        """Run in a fresh worker, undisturbed; return what is then wrong with the rows, '' for nothing, and a snapshot.

        Where something is, the lane returns to the state in which it was prepared.
        """
        try:
            ended = self.run(self.request())
        except SampleError as error:
            ended = Ended(error=_told(str(error)))
        sight = self.look()
        wrong = self.fault_of(ended, sight)
        if wrong:
            self.reset()
        return wrong, sight

    def fault_of(self, ended: Ended, sight: Sight) -> str:
        """Say what is wrong after an undisturbed run; '' for nothing."""
        if ended.call is None:
            return f"failed: {ended.error}"
        if wrong := self.holds_wrong(sight):
            return wrong
        created, rows = ended.call.outcome["requirements_created"], self.versions.rows(self.target)
        return "" if created == rows else f"returned requirements_created = {created:,} but left {rows:,} rows"

    def holds_wrong(self, sight: Sight) -> str:
        """Say what is wrong with what the tables hold of the scan; '' where it is exactly what a run is to leave."""
        if (sight.rows, sight.summaries) == _RIGHT:
            return ""
        return f"rows {sight.rows}, summaries {sight.summaries}"

    def _refuse_once_stopped(self) -> None:
        if self.setting.stop.is_set():
            raise StoppedError("the trial was stopped")

    def reset(self) -> None:
        """Return to the state in which the lane was prepared."""
        self.setting.targets.reset(self.access)
        if self.target == "a":
            with observe(self.access) as connection:
                flip_findings(connection, self.key)
            self.target = "b"


def _told(error: str) -> str:
    """Return an error for the records: no longer than it helps, and without the way to this machine's socket."""
    return _SOCKET.sub("", error)[:_LONGEST_ERROR]


def prepare_lane(setting: Setting, staged: ScanStage) -> tuple[Lane, Course]:
    """Let the implementation write both versions, the second over the first; return the lane and that run's course.

    Raises UntriedError where it fails at that, and InputError for a scan whose versions are alike.
    """
    key = setting.loaded.key
    with observe(staged.access) as connection:
        versions = Versions(connection, key, setting.loaded.warm_up.tenant_id, setting.storage)
        tripwire = Tripwire(connection, staged.access, key, setting.targets.restored)
        lane = Lane(setting, staged.access, versions, tripwire, versions.bystanders(connection))
    lane.target = "a"
    _write(lane)
    with observe(staged.access) as connection:
        versions.learn(connection, "a")
    lane.turn()
    with observe(staged.access) as connection:
        tripwire.arm(connection, setting.written)
    call = _write(lane)
    with observe(staged.access) as connection:
        written = tripwire.disarm(connection)
        versions.learn(connection, "b")
    if versions.alike():
        raise InputError(
            f"the rows of scan {staged.dataset.scan} stay the same when half of its findings change; "
            "write --scan with more findings"
        )
    setting.targets.save(staged.access)
    return lane, Course(
        seconds=call.seconds,
        statements=call.statements,
        pieces=call.pieces,
        rows=written,
        summaries=versions.summaries("b"),
    )


def _write(lane: Lane) -> TrialAnswer:
    try:
        ended = lane.run(lane.request())
    except SampleError as error:
        raise UntriedError(f"failed before its call: {error}") from error
    if ended.call is None:
        raise UntriedError(f"failed where nothing disturbed it: {ended.error}")
    return ended.call
