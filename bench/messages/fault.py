"""A fault that the parent has a worker inject into its own run, at one of the call's round trips to the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from bench.database.access import OBSERVER

Action = Literal["kill", "terminate"]
"""``kill``: SIGKILL to the worker; ``terminate``: the server ends every session on the database."""
Trips = Literal["statements", "pieces"]
"""Round trips that begin a statement; round trips while a COPY is under way, of which a large one takes hundreds."""
Moment = Literal["before", "during"]
"""Before anything is sent; or once it is sent, while the server works and no client waits for the answer."""

TERMINATE_SESSIONS = sql.SQL(
    """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
AND application_name <> {}
"""
).format(sql.Literal(OBSERVER))
"""All but the observer's, whatever their name: an implementation may open its own."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A Fault is an action at the ``number``-th of the call's ``trips``, counted from 1."""

    action: Action
    trips: Trips
    number: int
    moment: Moment
