"""The tripwire: a trigger that refuses, or holds up, the n-th row that a run writes, however it writes it."""

from __future__ import annotations

from typing import Literal

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess
from bench.datasets.scan import ScanKey

Action = Literal["refuse", "hold"]
"""``hold`` sleeps until something ends the statement."""

MESSAGE = "the tripwire refuses this row"
_WRITTEN = sql.Identifier("bench_written")
_TRIGGER = sql.Identifier("bench_tripwire")
_NEVER = 0

_FUNCTION = """
CREATE FUNCTION bench_tripwire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] = 'refuse' THEN
        RAISE EXCEPTION '{message}' USING ERRCODE = 'disk_full';
    END IF;
    PERFORM pg_sleep(600);
    RETURN NEW;
END $$
"""


class Tripwire:
    """A Tripwire lies in one database. It counts by a sequence, which no rollback resets, so it acts once a run."""

    def __init__(
        self, connection: psycopg.Connection, access: DatabaseAccess, key: ScanKey, tables: tuple[str, ...]
    ) -> None:
        """``tables`` are those on which it may be armed."""
        self._key = key
        self._tables = tables
        connection.execute(sql.SQL("CREATE SEQUENCE {}").format(_WRITTEN))
        for role in (access.app_role, access.admin_role):
            connection.execute(sql.SQL("GRANT USAGE ON SEQUENCE {} TO {}").format(_WRITTEN, sql.Identifier(role)))
        connection.execute(sql.SQL(_FUNCTION).format(message=sql.SQL(MESSAGE)))

    def arm(self, connection: psycopg.Connection, table: str, row: int = _NEVER, action: Action = "refuse") -> None:
        """Count what runs write into ``table``, updates included, and act at the ``row``-th from now on, from 1."""
        connection.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(_WRITTEN))
        # CASE keeps the rows of other scans from being counted; AND promises no order.
        connection.execute(
            sql.SQL(
                "CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW"
                " WHEN (CASE WHEN NEW.tenant_id = {tenant} AND NEW.scan_id = {scan}"
                " THEN nextval({sequence}) = {row} ELSE false END) EXECUTE FUNCTION bench_tripwire({action})"
            ).format(
                trigger=_TRIGGER,
                table=sql.Identifier(table),
                tenant=sql.Literal(self._key.tenant_id),
                scan=sql.Literal(self._key.scan_id),
                sequence=sql.Literal("bench_written"),
                row=sql.Literal(row),
                action=sql.Literal(action),
            )
        )
        # ALWAYS: also for a session that has switched triggers off.
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}").format(sql.Identifier(table), _TRIGGER))

    def disarm(self, connection: psycopg.Connection) -> int:
        """Take the trigger away, and return how many rows it has counted."""
        for table in self._tables:
            connection.execute(sql.SQL("DROP TRIGGER IF EXISTS {} ON {}").format(_TRIGGER, sql.Identifier(table)))
        found = connection.execute(
            sql.SQL("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {}").format(_WRITTEN)
        ).fetchone()
        assert found is not None  # a sequence has one row
        count: int = found[0]
        return count
