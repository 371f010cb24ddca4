"""A fault in the worker itself: at a chosen round trip to the server it is killed, or its sessions are terminated.

Every statement and every piece of a COPY passes through ``psycopg.Connection.wait``, Django's included; connecting does
not. An implementation that reaches the server by other means has no round trips to count; only faults from outside
reach it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg import pq

from bench.database.access import DatabaseAccess
from bench.messages.answer import TrialAnswer
from bench.messages.fault import TERMINATE_SESSIONS, Fault, Trips
from bench.messages.reading import Call
from bench.worker.clock import SYSTEM_CLOCK

_LOCAL = "_set_"
"""The prefix of psycopg's generators that change the connection object, such as autocommit, and send nothing."""


def call_with_fault(call: Call, access: DatabaseAccess, fault: Fault | None) -> TrialAnswer:
    """Make the call and inject ``fault`` on the way; measure seconds and count round trips of both kinds."""
    counter = _Counter(access, fault)
    with counter.counting():
        start = SYSTEM_CLOCK.wall_seconds()
        outcome = call()
        seconds = SYSTEM_CLOCK.wall_seconds() - start
    return TrialAnswer(
        outcome=outcome,
        seconds=seconds,
        statements=counter.counts["statements"],
        pieces=counter.counts["pieces"],
        fault_reached=counter.reached,
    )


class _Counter:
    """Counts round trips, and injects the fault at the one that it names."""

    def __init__(self, access: DatabaseAccess, fault: Fault | None) -> None:
        self._access = access
        self._fault = fault
        self.counts: dict[Trips, int] = {"statements": 0, "pieces": 0}
        self.reached = False

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count until the block ends."""
        original = psycopg.Connection.wait

        def wait(connection: psycopg.Connection, steps: Any, *arguments: Any, **options: Any) -> Any:
            if getattr(steps, "__name__", "").startswith(_LOCAL):
                return original(connection, steps, *arguments, **options)
            active = connection.pgconn.transaction_status == pq.TransactionStatus.ACTIVE
            trips: Trips = "pieces" if active else "statements"
            self.counts[trips] += 1
            fault = self._fault
            if fault and (fault.trips, fault.number) == (trips, self.counts[trips]):
                if fault.moment == "during":
                    steps = _sent(steps, self._inject)
                else:
                    self._inject()
            return original(connection, steps, *arguments, **options)

        with patch.object(psycopg.Connection, "wait", wait):
            yield

    def _inject(self) -> None:
        fault, self._fault = self._fault, None  # terminating sessions makes round trips too
        assert fault is not None  # called at most once, by it
        self.reached = True
        if fault.action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        with psycopg.connect(self._access.conninfo, autocommit=True) as login:
            login.execute(TERMINATE_SESSIONS)


def _sent(steps: Any, then: Callable[[], None]) -> Any:
    """Go through psycopg's ``steps`` of one round trip, and call ``then`` at the first wait for the server.

    A step that needs no wait has been sent nevertheless, or was too small to leave the client's buffer.
    """
    try:
        state = next(steps)
    except StopIteration as end:
        then()
        return end.value
    then()
    while True:
        ready = yield state
        try:
            state = steps.send(ready)
        except StopIteration as end:
            return end.value
