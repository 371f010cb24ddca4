"""The target tables: saved after loading, restored before every sample, digested after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from bench.compliance.targets import COUNTED_FINDINGS, ORDER, ROWS, SUMMARIES, TARGETS, UNCOMPARED
from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.datasets.scan import ScanKey
from bench.declare.storage import Storage
from bench.errors import DatabaseError


@dataclass(frozen=True)
class TableDigest:
    """A count of rows, and the SHA-256 over their own hashes in order: equal only if the rows are the same."""

    count: int
    sha256: str


@dataclass(frozen=True)
class TargetDigest:
    """What was written of one scan, without the columns that differ anyway; and what belongs to other scans."""

    rows: TableDigest
    summaries: TableDigest
    bystanders: tuple[TableDigest, ...]
    """Of each restored table, with every column."""
    relation: str = field(default=ROWS, compare=False)
    """From which the rows were read."""


@contextmanager
def _session(conninfo: str) -> Iterator[psycopg.Connection]:
    """A session of the harness. Raises DatabaseError for any error of the server."""
    try:
        with psycopg.connect(conninfo, application_name=OBSERVER, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise DatabaseError(f"the target tables cannot be used: {one_line(error)}; see the server's log") from error


@contextmanager
def observe(access: DatabaseAccess) -> Iterator[psycopg.Connection]:
    """A session of the harness that sees every tenant's rows. Raises DatabaseError."""
    with _session(access.conninfo_as(access.admin_role)) as connection:
        yield connection


@dataclass(frozen=True)
class Targets:
    """The Targets of a run are the task's tables and those that its implementations declare."""

    restored: tuple[str, ...] = TARGETS
    """They return to the saved state before every sample."""
    kept: tuple[str, ...] = ()
    """They keep over all samples what the implementation that declares them writes."""
    setups: tuple[str, ...] = ()
    """SQL that prepares declared storages once a scan is loaded."""

    @classmethod
    def of(cls, storages: Iterable[Storage]) -> Targets:
        """Return the targets of implementations with ``storages``."""
        found = dict.fromkeys(storages)
        return cls(
            restored=tuple(dict.fromkeys([*TARGETS, *(table for one in found for table in one.reset)])),
            kept=tuple(dict.fromkeys(table for one in found for table in one.kept)),
            setups=tuple(one.setup for one in found if one.setup),
        )

    def set_up(self, access: DatabaseAccess) -> None:
        """Prepare the declared storages on a database whose scan has just been loaded. Raises DatabaseError."""
        with observe(access) as connection:
            for statements in self.setups:
                connection.execute(statements.encode())

    def save(self, access: DatabaseAccess) -> None:
        """Keep a copy of what the restored tables hold now; ``reset`` returns to it. Raises DatabaseError."""
        with observe(access) as connection:
            for table in self.restored:
                connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_saved(table)))
                connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(_saved(table), sql.Identifier(table)))

    def reset(self, access: DatabaseAccess) -> None:
        """End all other sessions, put the saved rows into fresh files, vacuum, checkpoint. Raises DatabaseError."""
        end_sessions(access)
        with observe(access) as connection:
            with connection.transaction():
                for table in self.restored:
                    connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
                    connection.execute(sql.SQL("INSERT INTO {} TABLE {}").format(sql.Identifier(table), _saved(table)))
            for table in (*self.restored, *self.kept):
                connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
        # CHECKPOINT is for superusers and members of pg_checkpoint, which the login need not be.
        with _session(access.conninfo) as login, suppress(psycopg.errors.InsufficientPrivilege):
            login.execute("CHECKPOINT")

    def digest(self, access: DatabaseAccess, key: ScanKey, ignored_tenant: str, relation: str = ROWS) -> TargetDigest:
        """Digest on the server what was written of the scan ``key``, its rows as ``relation`` shows them.

        Rows of ``ignored_tenant``, the warm-up's, are left out. Raises DatabaseError.
        """
        mine = sql.SQL("tenant_id = %(tenant)s AND scan_id = %(scan)s")
        others = sql.SQL("NOT ({}) AND tenant_id <> %(ignored)s").format(mine)
        relation = relation or ROWS
        values = {"tenant": key.tenant_id, "scan": key.scan_id, "ignored": ignored_tenant}
        with observe(access) as connection:
            return TargetDigest(
                rows=_digest(connection, relation, mine, values, skip=UNCOMPARED),
                summaries=_digest(connection, SUMMARIES, mine, values, skip=UNCOMPARED),
                bystanders=tuple(_digest(connection, table, others, values) for table in self.restored),
                relation=relation,
            )


def _saved(table: str) -> sql.Identifier:
    return sql.Identifier(f"bench_saved_{table}")


def end_sessions(access: DatabaseAccess) -> None:
    """End all other sessions on the database. Raises DatabaseError."""
    # As the login itself, whose sessions they are: the admin role may not end those of a superuser. Whatever their
    # name, because an implementation may open its own connections, which outlive a worker that was killed.
    with _session(access.conninfo) as login:
        login.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )


def columns_of(connection: psycopg.Connection, table: str, skip: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the columns of ``table`` by name, so that a digest does not depend on their order in the table."""
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " ORDER BY attname",
        [table],
    )
    return tuple(name for (name,) in found if name not in skip)


def _digest(
    connection: psycopg.Connection,
    table: str,
    where: sql.Composable,
    values: dict[str, str],
    skip: tuple[str, ...] = (),
) -> TableDigest:
    columns = sql.SQL(", ").join(map(sql.Identifier, columns_of(connection, table, skip)))
    # Each row is hashed first: the text of a large scan would exceed the server's maximum of 1 GB a value.
    statement = sql.SQL(
        "SELECT count(*), encode(sha256(coalesce(string_agg(hash, ''::bytea ORDER BY hash), ''::bytea)), 'hex')"
        " FROM (SELECT sha256(convert_to(ROW({})::text, 'UTF8')) AS hash FROM {} WHERE {}) AS hashed"
    ).format(columns, sql.Identifier(table), where)
    row = connection.execute(statement, values).fetchone()
    assert row is not None  # an aggregate without GROUP BY gives one row
    return TableDigest(count=row[0], sha256=row[1])


def count_findings(access: DatabaseAccess, key: ScanKey) -> int:
    """Count the findings of a scan that count by the rules. Raises DatabaseError."""
    with observe(access) as connection:
        found = connection.execute(COUNTED_FINDINGS, [key.tenant_id, key.scan_id]).fetchone()
    assert found is not None  # an aggregate without GROUP BY gives one row
    count: int = found[0]
    return count


def read_target_rows(access: DatabaseAccess, key: ScanKey, relation: str = ROWS) -> Iterator[dict[str, Any]]:
    """Yield what was written of one scan, rows from ``relation`` and then summaries, each with its ``table``.

    Without the columns that differ anyway; ordered by the bytes of what identifies a row.
    """
    with observe(access) as connection, connection.transaction():
        for name, table, source in (("rows", ROWS, relation), ("summaries", SUMMARIES, SUMMARIES)):
            columns = columns_of(connection, source, UNCOMPARED)
            statement = sql.SQL("SELECT {} FROM {} WHERE tenant_id = %s AND scan_id = %s ORDER BY {}").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.Identifier(source),
                sql.SQL(", ").join(sql.SQL('{} COLLATE "C"').format(sql.Identifier(column)) for column in ORDER[table]),
            )
            with connection.cursor(name="rows") as cursor:
                cursor.execute(statement, [key.tenant_id, key.scan_id])
                for values in cursor:
                    yield {"table": name} | {
                        column: str(value) if isinstance(value, UUID) else value
                        for column, value in zip(columns, values, strict=True)
                    }
