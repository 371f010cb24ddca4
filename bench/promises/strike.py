"""One fault point: a run over old rows is struck, what it leaves is looked at, and a fresh run puts it right."""

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
from bench.messages.fault import Fault
from bench.promises.lane import KILLED, Ended, Lane
from bench.promises.plan import AnyFault, BlockedRow, OutsideBlow, PlannedPoint
from bench.promises.sessions import crash_server, cut_sessions, left_over
from bench.results.promises import FaultPoint

SHORTEST_TIMEOUT_SECONDS = 1.0
"""What a statement timeout leaves to the statements that are not held up, at least."""


def strike(lane: Lane, point: PlannedPoint, seconds: float) -> FaultPoint:
    """Carry out one point; an undisturbed run takes ``seconds``.

    Raises SampleError where a worker does not come as far as its call.
    """
    lane.turn()
    access, inside, blow = lane.access, None, None
    match point.fault:
        case BlockedRow(what=what, row=row, action=action):
            table = lane.setting.written if what == "row" else SUMMARIES
            with observe(access) as connection:
                lane.tripwire.arm(connection, table, row, action)
            if action == "hold":
                access = _limited(access, max(SHORTEST_TIMEOUT_SECONDS, seconds))
        case OutsideBlow():
            blow = _Blow(access, point.fault)
        case Fault():
            inside = point.fault
    try:
        ended = lane.run(lane.request(access=access, fault=inside), blow.begin if blow else None)
    finally:
        if blow:
            blow.end()
    left = left_over(lane.access)
    with observe(lane.access) as connection:
        written = lane.tripwire.disarm(connection)
    sight = lane.look()
    wrong, after = lane.rerun()
    return FaultPoint(
        kind=point.kind,
        place=point.place,
        struck=_struck(point.fault, ended, blow, written),
        ended=ended.error,
        rows=sight.rows,
        summaries=sight.summaries,
        left_over=left,
        rerun=wrong,
        bystanders_unchanged=sight.bystanders == after.bystanders == lane.bystanders,
    )


class _Blow:
    """A blow from outside, on its way from the beginning of the call to its end; ``fell`` tells whether it arrived."""

    def __init__(self, access: DatabaseAccess, planned: OutsideBlow) -> None:
        self._access = access
        self._planned = planned
        self._timer: Timer | None = None
        self._error: DatabaseError | None = None
        self.fell = False

    def begin(self, worker: RunningWorker) -> None:
        """Begin to wait for the moment."""
        self._timer = Timer(self._planned.seconds, self._fall, [worker])
        self._timer.start()

    def end(self) -> None:
        """Wait no longer; a blow that falls meanwhile is waited for. Raises DatabaseError where it went wrong."""
        if self._timer:
            self._timer.cancel()
            self._timer.join()
        if self._error:
            raise self._error

    def _fall(self, worker: RunningWorker) -> None:
        try:
            match self._planned.blow:
                case "kill":
                    worker.kill()
                    self.fell = True
                case "cut":
                    self.fell = cut_sessions(self._access)
                case "crash":
                    # The run may end, and its sessions with it, between the look for them and the blow.
                    with suppress(ProcessLookupError):
                        self.fell = crash_server(self._access)
        except DatabaseError as error:
            self._error = error


def _struck(fault: AnyFault, ended: Ended, blow: _Blow | None, written: int) -> bool:
    match fault:
        case BlockedRow():
            return written >= fault.row
        case OutsideBlow():
            assert blow is not None  # made from this fault
            # One that killed a worker which had answered already came too late.
            return blow.fell and (fault.blow != "kill" or ended.error == KILLED)
        case Fault():
            return ended.reading is None or ended.reading.values["struck"] > 0


def _limited(access: DatabaseAccess, seconds: float) -> DatabaseAccess:
    """Return ``access`` whose sessions cancel a statement that takes longer than ``seconds``."""
    options = conninfo_to_dict(access.conninfo).get("options") or ""
    limited = f"{options} -c statement_timeout={seconds * 1000:.0f}".strip()
    return replace(access, conninfo=make_conninfo(access.conninfo, options=limited))
