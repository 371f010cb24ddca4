"""A fault in the worker itself: at a chosen round trip to the server it is killed, or its sessions are terminated.

An implementation that reaches the server by another driver than psycopg and psycopg2 has no round trips to count; only
faults from outside reach it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .clock import SYSTEM_CLOCK
from .drivers import counted_trips
from .drivers.listener import OnceSent

Action = Literal["kill", "terminate"]
"""``kill``: SIGKILL to the worker; ``terminate``: the server ends every session on the database."""
Trips = Literal["statements", "pieces"]
"""Round trips that begin a statement; round trips while a COPY is under way, of which a large one takes hundreds."""
Moment = Literal["before", "during"]
"""Before anything is sent; or once it is sent, while the server works and no client waits for the answer."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A Fault is an action at the ``number``-th of the call's ``trips``, counted from 1."""

    action: Action
    trips: Trips
    number: int
    moment: Moment


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """An Attempt is a call that came to its end, whether or not a fault was injected on the way."""

    outcome: Any
    seconds: float
    statements: int
    pieces: int
    fault_reached: bool


def call_with_fault(call: Callable[[], Any], fault: Fault | None, terminate: Callable[[], None]) -> Attempt:
    """Make the call and inject ``fault`` on the way; measure seconds and count round trips of both kinds."""
    trips = _RoundTrips(fault, terminate)
    with counted_trips(trips):
        start = SYSTEM_CLOCK.wall_seconds()
        outcome = call()
        seconds = SYSTEM_CLOCK.wall_seconds() - start
    return Attempt(
        outcome=outcome,
        seconds=seconds,
        statements=trips.counts["statements"],
        pieces=trips.counts["pieces"],
        fault_reached=trips.reached,
    )


class _RoundTrips:
    """A Listener that counts round trips, and injects the fault at the one that it names."""

    def __init__(self, fault: Fault | None, terminate: Callable[[], None]) -> None:
        self._fault = fault
        self._terminate = terminate
        self.counts: dict[Trips, int] = {"statements": 0, "pieces": 0}
        self.reached = False

    def statement(self, text: Callable[[], str]) -> OnceSent | None:  # noqa: ARG002 - only its place counts
        """See ``Listener.statement``."""
        return self._count("statements")

    def piece(self) -> OnceSent | None:
        """See ``Listener.piece``."""
        return self._count("pieces")

    def _count(self, trips: Trips) -> OnceSent | None:
        self.counts[trips] += 1
        fault = self._fault
        if fault is None or (fault.trips, fault.number) != (trips, self.counts[trips]):
            return None
        if fault.moment == "during":
            return self._inject
        self._inject()
        return None

    def _inject(self) -> None:
        assert self._fault is not None  # called because of it
        self.reached = True
        if self._fault.action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        self._terminate()
