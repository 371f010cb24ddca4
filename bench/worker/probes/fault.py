"""A fault in the worker itself: at a chosen round trip to the server it is killed, or its sessions are.

Every statement and every piece of a COPY passes through ``psycopg.Connection.wait``, Django's included; connecting does
not. An implementation that reaches the server by other means has no round trips to count, and is struck from outside.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg import pq

from bench.database.access import DatabaseAccess
from bench.messages.fault import CUT, Fault, Trips
from bench.messages.reading import Call, Reading

_LOCAL = "_set_"
"""What psycopg's generators are called that change the connection object, autocommit for one, and send nothing."""


def read_trial(call: Call, access: DatabaseAccess, fault: Fault | None) -> Reading:
    """Make the call, with ``fault`` on its way; measure its seconds and count its round trips of both kinds.

    ``struck`` is 1 where the fault was reached and the worker is there to tell.
    """
    counter = _Counter(access, fault)
    with counter.counting():
        start = time.perf_counter()
        outcome = call()
        seconds = time.perf_counter() - start
    return Reading(values={"seconds": seconds, "struck": float(counter.struck), **counter.counts}, outcome=outcome)


class _Counter:
    """Counts round trips, and strikes at the one that its fault names."""

    def __init__(self, access: DatabaseAccess, fault: Fault | None) -> None:
        self._access = access
        self._fault = fault
        self.counts: dict[str, float] = {"statements": 0, "pieces": 0}
        self.struck = False

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
                    steps = _sent(steps, self._strike)
                else:
                    self._strike()
            return original(connection, steps, *arguments, **options)

        with patch.object(psycopg.Connection, "wait", wait):
            yield

    def _strike(self) -> None:
        fault, self._fault = self._fault, None  # the cut makes round trips of its own
        assert fault is not None  # called at most once, by it
        self.struck = True
        if fault.blow == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        with psycopg.connect(self._access.conninfo, autocommit=True) as login:
            login.execute(CUT)


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
