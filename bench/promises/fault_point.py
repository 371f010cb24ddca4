"""One fault point: inject a fault into a run over old rows, read what the run left, and run again without a fault."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from threading import Timer

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.database.access import DatabaseAccess
from bench.errors import DatabaseError
from bench.harness.executor import RunningWorker
from bench.harness.targets import observe
from bench.messages.fault import Fault
from bench.promises.fault_plan import AnyFault, BlockedRow, OutsideFault, PlannedPoint
from bench.promises.sandbox import KILLED, RunResult, Sandbox
from bench.promises.server_faults import crash_server, left_over, terminate_sessions
from bench.results.promises import FaultPoint

SHORTEST_TIMEOUT_SECONDS = 1.0
"""The least statement timeout, so that only the statement that is held up reaches it."""


def try_point(sandbox: Sandbox, point: PlannedPoint, seconds: float) -> FaultPoint:
    """Carry out one point; an undisturbed run takes ``seconds``.

    Raises SampleError if a worker ends before its call.
    """
    sandbox.flip()
    access, inside, outside = sandbox.access, None, None
    match point.fault:
        case BlockedRow(table=table, row=row, action=action):
            target = sandbox.context.written if table == "first" else sandbox.context.targets.tables[-1]
            with observe(access) as connection:
                sandbox.row_trigger.arm(connection, target, row, action)
            if action == "hold":
                access = _with_statement_timeout(access, max(SHORTEST_TIMEOUT_SECONDS, seconds))
        case OutsideFault():
            outside = _TimedFault(access, point.fault)
        case Fault():
            inside = point.fault
    try:
        result = sandbox.run(sandbox.request(access=access, fault=inside), outside.start if outside else None)
    finally:
        if outside:
            outside.finish()
    left = left_over(sandbox.access)
    with observe(sandbox.access) as connection:
        written = sandbox.row_trigger.disarm(connection)
    state = sandbox.state()
    wrong, after = sandbox.rerun()
    return FaultPoint(
        kind=point.kind,
        place=point.place,
        struck=_injected(point.fault, result, outside, written),
        ended=result.error,
        tables=state.tables,
        left_over=left,
        rerun=wrong,
        bystanders_unchanged=state.bystanders == after.bystanders == sandbox.bystanders,
    )


class _TimedFault:
    """A fault injected from outside some time after the call started; ``injected`` once it has happened."""

    def __init__(self, access: DatabaseAccess, planned: OutsideFault) -> None:
        self._access = access
        self._planned = planned
        self._timer: Timer | None = None
        self._error: DatabaseError | None = None
        self.injected = False

    def start(self, worker: RunningWorker) -> None:
        """Start the timer; the call starts now."""
        self._timer = Timer(self._planned.seconds, self._inject, [worker])
        self._timer.start()

    def finish(self) -> None:
        """Cancel the timer, or wait for a fault that is being injected. Raises DatabaseError if that failed."""
        if self._timer:
            self._timer.cancel()
            self._timer.join()
        if self._error:
            raise self._error

    def _inject(self, worker: RunningWorker) -> None:
        try:
            match self._planned.action:
                case "kill":
                    worker.kill()
                    self.injected = True
                case "terminate":
                    self.injected = terminate_sessions(self._access)
                case "crash":
                    # The run, and its sessions with it, may end before the backend is killed.
                    with suppress(ProcessLookupError):
                        self.injected = crash_server(self._access)
        except DatabaseError as error:
            self._error = error


def _injected(fault: AnyFault, result: RunResult, outside: _TimedFault | None, written: int) -> bool:
    match fault:
        case BlockedRow():
            return written >= fault.row
        case OutsideFault():
            assert outside is not None  # made from this fault
            # A kill after the worker's answer came too late.
            return outside.injected and (fault.action != "kill" or result.error == KILLED)
        case Fault():
            return result.call is None or result.call.fault_reached


def _with_statement_timeout(access: DatabaseAccess, seconds: float) -> DatabaseAccess:
    """Return ``access`` for sessions that cancel any statement that takes longer than ``seconds``."""
    options = conninfo_to_dict(access.conninfo).get("options") or ""
    options = f"{options} -c statement_timeout={seconds * 1000:.0f}".strip()
    return replace(access, conninfo=make_conninfo(access.conninfo, options=options))
