"""One fault point: a fault is injected into a run over old rows, what it leaves is read, and a fresh run follows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from threading import Timer

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.compliance.targets import SUMMARIES
from bench.database.access import DatabaseAccess
from bench.errors import DatabaseError
from bench.harness.executor import RunningWorker
from bench.harness.targets import observe
from bench.messages.answer import TrialAnswer
from bench.messages.fault import Fault
from bench.promises.lane import KILLED, Ended, Lane
from bench.promises.plan import AnyFault, BlockedRow, OutsideFault, PlannedPoint
from bench.promises.sessions import crash_server, left_over, terminate_sessions
from bench.results.promises import FaultPoint

SHORTEST_TIMEOUT_SECONDS = 1.0
"""What a statement timeout leaves to the statements that are not held up, at least."""


def try_point(lane: Lane, point: PlannedPoint, seconds: float) -> FaultPoint:
    """Carry out one point; an undisturbed run takes ``seconds``.

    Raises SampleError where a worker does not come as far as its call.
    """
    lane.turn()
    access, inside, outside = lane.access, None, None
    match point.fault:
        case BlockedRow(what=what, row=row, action=action):
            table = lane.setting.written if what == "row" else SUMMARIES
            with observe(access) as connection:
                lane.tripwire.arm(connection, table, row, action)
            if action == "hold":
                access = _limited(access, max(SHORTEST_TIMEOUT_SECONDS, seconds))
        case OutsideFault():
            outside = _TimedFault(access, point.fault)
        case Fault():
            inside = point.fault
    try:
        ended = lane.run(lane.request(access=access, fault=inside), outside.begin if outside else None)
    finally:
        if outside:
            outside.end()
    left = left_over(lane.access)
    with observe(lane.access) as connection:
        written = lane.tripwire.disarm(connection)
    sight = lane.look()
    wrong, after = lane.rerun()
    return FaultPoint(
        kind=point.kind,
        place=point.place,
        struck=_reached(point.fault, ended, outside, written),
        ended=ended.error,
        rows=sight.rows,
        summaries=sight.summaries,
        left_over=left,
        rerun=wrong,
        bystanders_unchanged=sight.bystanders == after.bystanders == lane.bystanders,
    )


class _TimedFault:
    """A fault from outside, injected some time after the call began; ``injected`` once it has happened."""

    def __init__(self, access: DatabaseAccess, planned: OutsideFault) -> None:
        self._access = access
        self._planned = planned
        self._timer: Timer | None = None
        self._error: DatabaseError | None = None
        self.injected = False

    def begin(self, worker: RunningWorker[TrialAnswer]) -> None:
        """Start the timer; the call begins now."""
        self._timer = Timer(self._planned.seconds, self._inject, [worker])
        self._timer.start()

    def end(self) -> None:
        """Cancel the timer, or wait for a fault that is being injected. Raises DatabaseError where that failed."""
        if self._timer:
            self._timer.cancel()
            self._timer.join()
        if self._error:
            raise self._error

    def _inject(self, worker: RunningWorker[TrialAnswer]) -> None:
        try:
            match self._planned.action:
                case "kill":
                    worker.kill()
                    self.injected = True
                case "terminate":
                    self.injected = terminate_sessions(self._access)
                case "crash":
                    # The run may end, and its sessions with it, before the backend is killed.
                    with suppress(ProcessLookupError):
                        self.injected = crash_server(self._access)
        except DatabaseError as error:
            self._error = error


def _reached(fault: AnyFault, ended: Ended, outside: _TimedFault | None, written: int) -> bool:
    match fault:
        case BlockedRow():
            return written >= fault.row
        case OutsideFault():
            assert outside is not None  # made from this fault
            # One that killed a worker which had answered already came too late.
            return outside.injected and (fault.action != "kill" or ended.error == KILLED)
        case Fault():
            return ended.call is None or ended.call.fault_reached


def _limited(access: DatabaseAccess, seconds: float) -> DatabaseAccess:
    """Return ``access`` whose sessions cancel a statement that takes longer than ``seconds``."""
    options = conninfo_to_dict(access.conninfo).get("options") or ""
    limited = f"{options} -c statement_timeout={seconds * 1000:.0f}".strip()
    return replace(access, conninfo=make_conninfo(access.conninfo, options=limited))
