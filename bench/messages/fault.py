"""A fault, as the parent orders it: a blow to the worker or its sessions at one of the call's round trips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from bench.database.access import OBSERVER

Blow = Literal["kill", "cut"]
"""``kill``: SIGKILL to the worker itself; ``cut``: the server ends all sessions of the database's users."""
Trips = Literal["statements", "pieces"]
"""Round trips that begin a statement; round trips while a COPY is under way, of which a large one takes hundreds."""
Moment = Literal["before", "during"]
"""Before anything is sent; or when it is sent, and the server does it while nobody waits for the answer."""

CUT = sql.SQL(
    """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
AND application_name <> {}
"""
).format(sql.Literal(OBSERVER))
"""Whatever their name: an implementation may open sessions of its own. The observer's stay."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A Fault is a blow at the ``number``-th of the call's ``trips``, counted from 1."""

    blow: Blow
    trips: Trips
    number: int
    moment: Moment
