"""Faults inside the server: a row refused or held up, sessions terminated, a crash; and what a run left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

import psycopg
from psycopg import sql

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.errors import DatabaseError
from bench.harness.targets import owned
from bench.jobs.job import Arguments, Target
from bench.messages.fault import TERMINATE_SESSIONS

RowAction = Literal["refuse", "hold"]
"""What happens to the row: an error, or a sleep until something ends the statement."""

SESSION_EXIT_SECONDS = 20.0
"""How long a backend may take to notice that its client is gone; it finishes its statement first."""
RECOVERY_SECONDS = 60.0
_POLL_SECONDS = 0.02

REFUSED_MESSAGE = "injected fault: this row is refused"
_COUNTER = sql.Identifier("bench_written")
_TRIGGER = sql.Identifier("bench_row_fault")
_NO_ROW = 0

_FUNCTION = """
CREATE FUNCTION bench_row_fault() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] = 'refuse' THEN
        RAISE EXCEPTION '{message}' USING ERRCODE = 'disk_full';
    END IF;
    PERFORM pg_sleep(600);
    RETURN NEW;
END $$
"""

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


class RowTrigger:
    """A RowTrigger counts the rows that runs write into a table, by any means, and can refuse or hold up the n-th.

    It counts with a sequence, which no rollback resets, so it acts once per run.
    """

    def __init__(
        self, connection: psycopg.Connection, access: DatabaseAccess, arguments: Arguments, targets: tuple[Target, ...]
    ) -> None:
        """Create its function and sequence; it can then be armed on any of ``targets``."""
        self._arguments = arguments
        self._targets = targets
        connection.execute(sql.SQL("CREATE SEQUENCE {}").format(_COUNTER))
        for role in (access.app_role, access.admin_role):
            connection.execute(sql.SQL("GRANT USAGE ON SEQUENCE {} TO {}").format(_COUNTER, sql.Identifier(role)))
        connection.execute(sql.SQL(_FUNCTION).format(message=sql.SQL(REFUSED_MESSAGE)))

    def arm(
        self, connection: psycopg.Connection, target: Target, row: int = _NO_ROW, action: RowAction = "refuse"
    ) -> None:
        """Count the call's rows written into ``target``, updates included, and act on the ``row``-th, from 1."""
        connection.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(_COUNTER))
        # CASE, because AND guarantees no order: rows of other calls must not advance the sequence.
        connection.execute(
            sql.SQL(
                "CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW"
                " WHEN (CASE WHEN {own} THEN nextval({sequence}) = {row} ELSE false END)"
                " EXECUTE FUNCTION bench_row_fault({action})"
            ).format(
                trigger=_TRIGGER,
                table=sql.Identifier(target.table),
                own=owned(target, self._arguments, "NEW."),
                sequence=sql.Literal("bench_written"),
                row=sql.Literal(row),
                action=sql.Literal(action),
            )
        )
        # ALWAYS: it also fires in a session that has switched triggers off.
        connection.execute(
            sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(sql.Identifier(target.table), _TRIGGER)
        )

    def disarm(self, connection: psycopg.Connection) -> int:
        """Drop the trigger and return how many rows it counted."""
        for target in self._targets:
            table = sql.Identifier(target.table)
            connection.execute(sql.SQL("DROP TRIGGER IF EXISTS {} ON {}").format(_TRIGGER, table))
        found = connection.execute(
            sql.SQL("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {}").format(_COUNTER)
        ).fetchone()
        assert found is not None  # a sequence has one row
        count: int = found[0]
        return count


@contextmanager
def login(access: DatabaseAccess) -> Iterator[psycopg.Connection]:
    """Open a session as the login role, which owns every session of a run.

    Another role could neither see nor end them where the login is a superuser. Raises DatabaseError.
    """
    try:
        with psycopg.connect(access.conninfo, application_name=OBSERVER, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise DatabaseError(f"the sessions of a run cannot be read: {one_line(error)}; see the server's log") from error


def terminate_sessions(access: DatabaseAccess) -> bool:
    """Have the server end every session of a run; return whether there was one."""
    with login(access) as connection:
        return bool(connection.execute(TERMINATE_SESSIONS).fetchall())


def crash_server(access: DatabaseAccess) -> bool:
    """Kill a backend of a run by SIGKILL and wait until the server has recovered; return whether there was one.

    The server then assumes that its shared memory is damaged: it ends every session, restarts, and recovers from its
    WAL, as after an immediate stop. Only for the embedded server, whose processes this user may kill. Raises
    DatabaseError if it does not come up again.
    """
    with login(access) as connection:
        found = connection.execute(sql.SQL("SELECT pid") + _RUNS + sql.SQL(" ORDER BY state <> 'active'")).fetchone()
        before = _count(connection, _CHECKPOINTER)
    if found is None:
        return False
    os.kill(found[0], signal.SIGKILL)
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        # It accepts sessions until it notices the crash; only a new checkpointer proves that it has restarted.
        with suppress(DatabaseError), login(access) as connection:
            if _count(connection, _CHECKPOINTER) not in (0, before):
                return True
        if time.monotonic() > deadline:
            raise DatabaseError(f"the crashed server did not recover in {RECOVERY_SECONDS:g} s; see its log")
        time.sleep(_POLL_SECONDS)


def left_over(access: DatabaseAccess) -> str:
    """Wait for the sessions of a run to end; return in words what it left behind ('' for nothing), and end it."""
    with login(access) as connection:
        deadline = time.monotonic() + SESSION_EXIT_SECONDS
        while (sessions := _count(connection, sql.SQL("SELECT count(*)") + _RUNS)) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        found = [f"{sessions} sessions still open after {SESSION_EXIT_SECONDS:g} s"] if sessions else []
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
