"""What a worker asks its parent to do to the server in the middle of a call."""

from __future__ import annotations

import psycopg

from bench.database.access import DatabaseAccess, one_line
from bench.errors import DatabaseError
from bench.messages.fault import TERMINATE_SESSIONS


def terminate_sessions(access: DatabaseAccess) -> None:
    """End every session on the database but the observer's. Raises DatabaseError."""
    try:
        with psycopg.connect(access.conninfo, autocommit=True) as login:
            login.execute(TERMINATE_SESSIONS)
    except psycopg.Error as error:
        raise DatabaseError(f"the sessions cannot be ended: {one_line(error)}; see the server's log") from error
