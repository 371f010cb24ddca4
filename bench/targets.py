"""The state of the target tables: saved after loading, restored before every sample, digested after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess
from bench.datasets.scan import ScanKey

ROWS = "compliance_requirements_overviews"
SUMMARIES = "compliance_overview_summaries"
TARGETS = (ROWS, SUMMARIES)
WORKER = "bench-worker"
"""The application name of the sessions that an implementation uses."""


@dataclass(frozen=True)
class TableDigest:
    """A count of rows, and the SHA-256 over their own hashes in order: equal exactly where the rows are the same."""

    count: int
    sha256: str


@dataclass(frozen=True)
class TargetDigest:
    """What both target tables hold of one scan, without id and inserted_at; and all that belongs to anybody else."""

    rows: TableDigest
    summaries: TableDigest
    bystanders: tuple[TableDigest, TableDigest]


def _observe(access: DatabaseAccess) -> psycopg.Connection:
    return psycopg.connect(access.conninfo_as(access.admin_role, application_name="bench-observer"), autocommit=True)


def _saved(table: str) -> sql.Identifier:
    return sql.Identifier(f"bench_saved_{table}")


def save_targets(access: DatabaseAccess) -> None:
    """Keep a copy of what the target tables hold now; ``reset_targets`` returns to it."""
    with _observe(access) as connection:
        for table in TARGETS:
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_saved(table)))
            connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(_saved(table), sql.Identifier(table)))


def reset_targets(access: DatabaseAccess) -> None:
    """Give every sample the same start: no earlier worker's session, the saved rows in fresh files, a checkpoint."""
    with _observe(access) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [WORKER],
        )
        with connection.transaction():
            for table in TARGETS:
                connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
                connection.execute(sql.SQL("INSERT INTO {} TABLE {}").format(sql.Identifier(table), _saved(table)))
        for table in TARGETS:
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
    # CHECKPOINT is for superusers and members of pg_checkpoint, which the admin role need not be.
    with suppress(psycopg.errors.InsufficientPrivilege), psycopg.connect(access.conninfo, autocommit=True) as superuser:
        superuser.execute("CHECKPOINT")


def digest_targets(access: DatabaseAccess, tenant_id: str, scan_id: str, ignored_tenant: str) -> TargetDigest:
    """Digest both tables on the server. Rows of ``ignored_tenant``, the warm-up's, belong to nobody."""
    mine = sql.SQL("tenant_id = %(tenant)s AND scan_id = %(scan)s")
    others = sql.SQL("NOT ({}) AND tenant_id <> %(ignored)s").format(mine)
    values = {"tenant": tenant_id, "scan": scan_id, "ignored": ignored_tenant}
    with _observe(access) as connection:
        return TargetDigest(
            rows=_digest(connection, ROWS, mine, values, skip=("id", "inserted_at")),
            summaries=_digest(connection, SUMMARIES, mine, values, skip=("id", "inserted_at")),
            bystanders=(
                _digest(connection, ROWS, others, values, skip=()),
                _digest(connection, SUMMARIES, others, values, skip=()),
            ),
        )


def columns_of(connection: psycopg.Connection, table: str, skip: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The columns of ``table`` by name, so that a digest does not depend on their order in the table."""
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " ORDER BY attname",
        [table],
    )
    return tuple(name for (name,) in found if name not in skip)


def _digest(
    connection: psycopg.Connection, table: str, where: sql.Composable, values: dict[str, str], skip: tuple[str, ...]
) -> TableDigest:
    columns = sql.SQL(", ").join(map(sql.Identifier, columns_of(connection, table, skip)))
    # Each row is hashed first: the whole text of a large scan would pass the server's limit of 1 GB a value.
    statement = sql.SQL(
        "SELECT count(*), encode(sha256(coalesce(string_agg(hash, ''::bytea ORDER BY hash), ''::bytea)), 'hex')"
        " FROM (SELECT sha256(convert_to(ROW({})::text, 'UTF8')) AS hash FROM {} WHERE {}) AS hashed"
    ).format(columns, sql.Identifier(table), where)
    row = connection.execute(statement, values).fetchone()
    assert row is not None  # an aggregate without GROUP BY gives one row
    return TableDigest(count=row[0], sha256=row[1])


def read_target_rows(access: DatabaseAccess, key: ScanKey) -> Iterator[dict[str, Any]]:
    """Yield what the target tables hold of one scan, rows then summaries, each with its ``table``.

    Without id and inserted_at; ordered by the bytes of compliance id, requirement id and region.
    """
    with _observe(access) as connection, connection.transaction():
        for table, name, order in (
            (ROWS, "rows", ("compliance_id", "requirement_id", "region")),
            (SUMMARIES, "summaries", ("compliance_id",)),
        ):
            columns = columns_of(connection, table, skip=("id", "inserted_at"))
            statement = sql.SQL("SELECT {} FROM {} WHERE tenant_id = %s AND scan_id = %s ORDER BY {}").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.Identifier(table),
                sql.SQL(", ").join(sql.SQL('{} COLLATE "C"').format(sql.Identifier(column)) for column in order),
            )
            with connection.cursor(name="rows") as cursor:
                cursor.execute(statement, [key.tenant_id, key.scan_id])
                for values in cursor:
                    yield {"table": name} | {
                        column: str(value) if isinstance(value, UUID) else value
                        for column, value in zip(columns, values, strict=True)
                    }
