"""A fault in a worker's own run, at one of the call's round trips to the server."""

from __future__ import annotations

from psycopg import sql

from bench.database.access import OBSERVER
from bench.worker.faults import Action, Fault, Moment, Trips

__all__ = ["TERMINATE_SESSIONS", "Action", "Fault", "Moment", "Trips"]

TERMINATE_SESSIONS = sql.SQL(
    """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
AND application_name <> {}
"""
).format(sql.Literal(OBSERVER))
"""All but the observer's, whatever their name: an implementation may open its own."""
