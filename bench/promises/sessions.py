"""The sessions of a run: terminated from outside, and counted after the run."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.errors import DatabaseError
from bench.messages.fault import TERMINATE_SESSIONS

PATIENCE_SECONDS = 20.0
"""How long a backend may take to notice that its client is gone; it finishes its statement first."""
RECOVERY_SECONDS = 60.0
_LOOK_SECONDS = 0.02

_RUNS = sql.SQL(
    " FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
    " AND pid <> pg_backend_pid() AND application_name <> {}"
).format(sql.Literal(OBSERVER))
_LOCKS = sql.SQL(
    """
SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
WHERE d.datname = current_database() AND pid IS DISTINCT FROM pg_backend_pid()
AND (pid IS NULL OR pid NOT IN (SELECT pid FROM pg_stat_activity WHERE application_name = {}))
"""
).format(sql.Literal(OBSERVER))
_CHECKPOINTER = sql.SQL("SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
_PREPARED = sql.SQL("SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()")


@contextmanager
def login(access: DatabaseAccess) -> Iterator[psycopg.Connection]:
    """A session as the login itself, whose sessions all are: a role may not end or see those of a superuser.

    Raises DatabaseError.
    """
    try:
        with psycopg.connect(access.conninfo, application_name=OBSERVER, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise DatabaseError(f"sessions cannot be looked after: {one_line(error)}; see the server's log") from error


def terminate_sessions(access: DatabaseAccess) -> bool:
    """Have the server end every session of a run; return whether there was one."""
    with login(access) as connection:
        return bool(connection.execute(TERMINATE_SESSIONS).fetchall())


def crash_server(access: DatabaseAccess) -> bool:
    """Kill a backend of a run by SIGKILL, and wait until the server is up again; tell whether there was one.

    The server takes its memory for damaged then: it ends every session at once, starts again, and recovers from its
    WAL, as after an immediate stop. It must be the embedded one, whose processes this user may kill. Raises
    DatabaseError where it does not come up again.
    """
    with login(access) as connection:
        found = connection.execute(sql.SQL("SELECT pid") + _RUNS + sql.SQL(" ORDER BY state <> 'active'")).fetchone()
        before = _count(connection, _CHECKPOINTER)
    if found is None:
        return False
    os.kill(found[0], signal.SIGKILL)
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        # It accepts sessions until it has noticed; a new checkpointer tells that it has, and has started again.
        with suppress(DatabaseError), login(access) as connection:
            if _count(connection, _CHECKPOINTER) not in (0, before):
                return True
        if time.monotonic() > deadline:
            raise DatabaseError(f"the crashed server did not recover in {RECOVERY_SECONDS:g} s; see its log")
        time.sleep(_LOOK_SECONDS)


def left_over(access: DatabaseAccess) -> str:
    """Wait for the sessions of a run to end; say in words what stays of them, and end it. '' for nothing."""
    with login(access) as connection:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (sessions := _count(connection, sql.SQL("SELECT count(*)") + _RUNS)) and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        found = [f"{sessions} sessions still open after {PATIENCE_SECONDS:g} s"] if sessions else []
        if sessions:
            terminate_sessions(access)
        for query, noun in ((_LOCKS, "locks"), (_PREPARED, "prepared transactions")):
            if count := _count(connection, query):
                found.append(f"{count} {noun}")
        return ", ".join(found)


def _count(connection: psycopg.Connection, query: sql.SQL | sql.Composed) -> int:
    found = connection.execute(query).fetchone()
    assert found is not None  # an aggregate without GROUP BY gives one row
    count: int = found[0]
    return count
