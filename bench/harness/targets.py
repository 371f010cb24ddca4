"""The state of the target tables: saved after loading, restored before every sample, digested after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.datasets.scan import ScanKey
from bench.declare.relation import TABLE
from bench.errors import DatabaseError

ROWS = TABLE
SUMMARIES = "compliance_overview_summaries"
TARGETS = (ROWS, SUMMARIES)
PACKED = "compliance_requirements_packed"
"""Where one implementation keeps rows in another form."""
CATALOGUE = ("compliance_catalogue_frameworks", "compliance_catalogue_requirements")
"""What packed rows refer to: kept over all samples, as it is over all scans."""
RESTORED = (*TARGETS, PACKED)
"""The tables that belong to the state from which every sample starts."""


@dataclass(frozen=True)
class TableDigest:
    """A count of rows, and the SHA-256 over their own hashes in order: equal exactly where the rows are the same."""

    count: int
    sha256: str


@dataclass(frozen=True)
class TargetDigest:
    """What was written of one scan, without id and inserted_at; and all that belongs to anybody else."""

    rows: TableDigest
    summaries: TableDigest
    bystanders: tuple[TableDigest, ...]
    """Of each of RESTORED, with every column."""
    relation: str = field(default=TABLE, compare=False)
    """From which the rows were read."""


@contextmanager
def _session(conninfo: str) -> Iterator[psycopg.Connection]:
    """A session of the harness's own. Raises DatabaseError for whatever the server refuses."""
    try:
        with psycopg.connect(conninfo, application_name=OBSERVER, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise DatabaseError(f"the target tables cannot be used: {one_line(error)}; see the server's log") from error


@contextmanager
def observe(access: DatabaseAccess) -> Iterator[psycopg.Connection]:
    """A session of the harness's own that sees every tenant's rows. Raises DatabaseError."""
    with _session(access.conninfo_as(access.admin_role)) as connection:
        yield connection


def _saved(table: str) -> sql.Identifier:
    return sql.Identifier(f"bench_saved_{table}")


def save_targets(access: DatabaseAccess) -> None:
    """Keep a copy of what the tables in RESTORED hold now; ``reset_targets`` returns to it."""
    with observe(access) as connection:
        for table in RESTORED:
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_saved(table)))
            connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(_saved(table), sql.Identifier(table)))


# A version of a framework with one requirement, and two packed rows of each scan that refer to it.
_PACKED_BYSTANDERS = """
    WITH framework AS (
        INSERT INTO compliance_catalogue_frameworks (id, inserted_at, compliance_id, framework, version)
        VALUES (%(framework)s, now(), 'bystander', 'Bystander', '1') RETURNING id
    ), requirement AS (
        INSERT INTO compliance_catalogue_requirements
            (framework_id, part, slot, compliance_id, requirement_id, description, total_checks)
        SELECT id, 0, 1, 'bystander', '1', 'Stay as it is', 2 FROM framework
    )
    INSERT INTO compliance_requirements_packed (id, tenant_id, scan_id, inserted_at, catalogue_framework_id,
        compliance_id, framework, version, region, part, passed_checks, failed_checks)
    SELECT gen_random_uuid(), tenant_id, scan_id, now(), framework.id, 'bystander', 'Bystander', '1', region, 0,
        ARRAY[1], ARRAY[1]
    FROM framework, unnest(%(tenants)s::uuid[], %(scans)s::uuid[]) AS scan (tenant_id, scan_id),
        unnest(ARRAY['r1', 'r2']) AS region
"""


def load_packed_bystanders(access: DatabaseAccess, scans: Sequence[ScanKey]) -> None:
    """Give ``scans`` packed rows, which no run may change. Raises DatabaseError."""
    values = {
        "framework": UUID(int=0),
        "tenants": [scan.tenant_id for scan in scans],
        "scans": [scan.scan_id for scan in scans],
    }
    with observe(access) as connection:
        connection.execute(_PACKED_BYSTANDERS, values)


def reset_targets(access: DatabaseAccess) -> None:
    """Give every sample the same start: no earlier worker's session, the saved rows in fresh files, a checkpoint."""
    # As the login itself, whose sessions they are: the admin role may not end those of a superuser. Whatever their
    # name, for an implementation may open connections of its own, which outlive a worker that was killed.
    with _session(access.conninfo) as login:
        login.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
    with observe(access) as connection:
        with connection.transaction():
            for table in RESTORED:
                connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
                connection.execute(sql.SQL("INSERT INTO {} TABLE {}").format(sql.Identifier(table), _saved(table)))
        for table in (*RESTORED, *CATALOGUE):
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
    # CHECKPOINT is for superusers and members of pg_checkpoint, which the login need not be.
    with _session(access.conninfo) as login, suppress(psycopg.errors.InsufficientPrivilege):
        login.execute("CHECKPOINT")


def digest_targets(
    access: DatabaseAccess, tenant_id: str, scan_id: str, ignored_tenant: str, relation: str = TABLE
) -> TargetDigest:
    """Digest on the server what was written; the rows are read from ``relation``.

    Rows of ``ignored_tenant``, the warm-up's, belong to nobody.
    """
    mine = sql.SQL("tenant_id = %(tenant)s AND scan_id = %(scan)s")
    others = sql.SQL("NOT ({}) AND tenant_id <> %(ignored)s").format(mine)
    values = {"tenant": tenant_id, "scan": scan_id, "ignored": ignored_tenant}
    with observe(access) as connection:
        return TargetDigest(
            rows=_digest(connection, relation, mine, values, skip=("id", "inserted_at")),
            summaries=_digest(connection, SUMMARIES, mine, values, skip=("id", "inserted_at")),
            bystanders=tuple(_digest(connection, table, others, values, skip=()) for table in RESTORED),
            relation=relation,
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


def count_findings(access: DatabaseAccess, key: ScanKey) -> int:
    """Count the findings of a scan that count by the rules: of its tenant, not muted, PASS or FAIL."""
    with observe(access) as connection:
        found = connection.execute(
            "SELECT count(*) FROM findings WHERE tenant_id = %s AND scan_id = %s"
            " AND NOT muted AND status IN ('PASS', 'FAIL')",
            [key.tenant_id, key.scan_id],
        ).fetchone()
    assert found is not None  # an aggregate without GROUP BY gives one row
    count: int = found[0]
    return count


def read_target_rows(access: DatabaseAccess, key: ScanKey, relation: str = TABLE) -> Iterator[dict[str, Any]]:
    """Yield what was written of one scan, rows from ``relation`` and then summaries, each with its ``table``.

    Without id and inserted_at; ordered by the bytes of compliance id, requirement id and region.
    """
    with observe(access) as connection, connection.transaction():
        for table, name, order in (
            (relation, "rows", ("compliance_id", "requirement_id", "region")),
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
