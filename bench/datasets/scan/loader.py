"""The loader: sends rows by COPY in one transaction and hashes every byte into a fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import LiteralString

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess, one_line
from bench.datasets.scan.copy_table import (
    FINDINGS,
    MAPPINGS,
    OVERVIEWS,
    PROVIDERS,
    RESOURCES,
    SCANS,
    SUMMARIES,
    TENANTS,
    CopyTable,
)
from bench.datasets.scan.shared_fields import COLUMN, SharedFields, shared_by_check
from bench.errors import DatabaseError
from bench.jobs.job import Progress

_LINES_PER_MESSAGE = 64
_LARGE = [table.name for table in (FINDINGS, RESOURCES, MAPPINGS)]
_ALL = [*_LARGE, *(table.name for table in (TENANTS, PROVIDERS, SCANS, OVERVIEWS, SUMMARIES))]

_UNREAD = ("raw_result", "check_metadata")
"""Columns that the task never reads."""
_SHORT = (
    *("uid", "status_extended", "impact_extended", "tags", "check_id", "muted_reason"),
    *("resource_services", "resource_types", "categories"),
)
"""Columns of which the server would try to compress each value, as rows are wide, and fail: they are too short."""

_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND conrelid = ANY(%s::regclass[]) ORDER BY oid
"""
# Only those that no constraint owns: what keeps rows unique stays. In the order in which they were made, on which the
# names of the partitions' indexes depend.
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique ORDER BY pg_index.indexrelid
"""

# Where the server stores what is too wide for the rows of a partitioned table.
_ASIDE = """
    SELECT nspname, aside.relname
    FROM pg_partition_tree(%s) JOIN pg_class AS own ON own.oid = relid
    JOIN pg_class AS aside ON aside.oid = own.reltoastrelid JOIN pg_namespace ON pg_namespace.oid = aside.relnamespace
"""


class Loader:
    """A Loader sends lines to tables within one transaction; ``loading`` creates it."""

    def __init__(self, connection: psycopg.Connection, shared: SharedFields | None = None) -> None:
        """``shared`` shortens the lines of findings, where that is possible."""
        self._connection = connection
        self._shared = shared
        self._digest = hashlib.sha256()

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of everything sent: each table's name and columns, then its bytes."""
        return self._digest.hexdigest()

    def copy(self, table: CopyTable, lines: Iterable[str]) -> int:
        """Send ``lines`` to ``table``, holding a few at a time; return their number."""
        shared = self._shared if table == FINDINGS else None
        columns = table.columns if shared is None else (*table.columns, COLUMN)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        self._digest.update(f"{table.name} {' '.join(table.columns)}\n".encode())
        remaining = iter(lines)
        sent = 0
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            while chunk := list(islice(remaining, _LINES_PER_MESSAGE)):
                block = _block(chunk)
                self._digest.update(block)
                copy.write(block if shared is None else _block(map(shared.shortened, chunk)))
                sent += len(chunk)
        return sent


def _silent(_: str) -> None:
    """Say nothing."""


def _block(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


@contextmanager
def loading(access: DatabaseAccess, progress: Progress | None = None) -> Iterator[Loader]:
    """Load a freshly migrated database: all or nothing, then vacuumed and analysed.

    While rows arrive, the large tables have neither foreign keys nor indexes that are not unique. Both are made again
    at the end from the server's own definitions, which checks every row at once and leaves each index freshly built
    whatever the scan's size. ``raw_result`` and ``check_metadata`` are stored without compression, which costs the
    server a third of a load; the task reads neither. ``progress`` hears of what comes after the rows. Raises
    DatabaseError.
    """
    step = _silent if progress is None else progress.step
    conninfo = access.conninfo_as(access.admin_role, application_name="bench-loader")
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            with connection.transaction():
                # A deferred check would still be pending when the tables it concerns are altered.
                connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
                connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
                with (
                    _without_indexes(connection, step),
                    _without_compression(connection),
                    shared_by_check(connection, access) as shared,
                ):
                    yield Loader(connection, shared)
            step("vacuuming and analysing")
            _vacuum(connection, access)
    except psycopg.errors.UniqueViolation as error:
        raise DatabaseError(
            f"database {access.database} holds this scan already; load it into a freshly migrated database"
        ) from error
    except psycopg.Error as error:
        raise DatabaseError(
            f"the scan could not be loaded into database {access.database}: {one_line(error)}; "
            "see that it is freshly migrated, and that the server is up and has free disk space"
        ) from error


_VACUUM = sql.SQL("VACUUM {}")


def _vacuum(connection: psycopg.Connection, access: DatabaseAccess) -> None:
    """Set the hint bits and the visibility map, which the first sample would have to do otherwise, and analyse.

    Most pages are those of wide values of findings. On the embedded server, whose superuser alone may name them, a
    second session vacuums them meanwhile.
    """
    aside = connection.execute(_ASIDE, [FINDINGS.name]).fetchall() if access.log_directory is not None else []
    if not aside:
        connection.execute(_vacuuming("ANALYZE", _ALL))
        return
    with psycopg.connect(access.conninfo, autocommit=True) as second, ThreadPoolExecutor(1) as thread:
        others = [name for name in _ALL if name != FINDINGS.name]
        wide = thread.submit(lambda: [second.execute(_VACUUM.format(sql.Identifier(*name))) for name in aside])
        try:
            connection.execute(_vacuuming("ANALYZE, PROCESS_TOAST false", [FINDINGS.name]))
            connection.execute(_vacuuming("ANALYZE", others))
            wide.result()
        except BaseException:
            second.cancel()  # or an interruption would wait for it
            raise


def _vacuuming(options: LiteralString, tables: Iterable[str]) -> sql.Composed:
    return sql.SQL("VACUUM ({}) {}").format(sql.SQL(options), sql.SQL(", ").join(map(sql.Identifier, tables)))


@contextmanager
def _without_indexes(connection: psycopg.Connection, step: Callable[[str], None]) -> Iterator[None]:
    """Drop foreign keys and non-unique indexes of the large tables, and create them again if the block succeeds."""
    keys = connection.execute(_FOREIGN_KEYS, [_LARGE]).fetchall()
    indexes = connection.execute(_INDEXES, [_LARGE]).fetchall()
    for table, name, _ in keys:
        connection.execute(sql.SQL(f"ALTER TABLE {table} DROP CONSTRAINT {{}}").format(sql.Identifier(name)))
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    for number, (_, definition) in enumerate(indexes, start=1):
        step(f"making index {number} of {len(indexes)}")
        # Of a partitioned table the server gives the definition that leaves the partitions out.
        connection.execute(definition.replace(" ON ONLY ", " ON ", 1))
    for number, (table, name, definition) in enumerate(keys, start=1):
        step(f"checking foreign key {number} of {len(keys)}")
        connection.execute(
            sql.SQL(f"ALTER TABLE {table} ADD CONSTRAINT {{}} {definition}").format(sql.Identifier(name))
        )


@contextmanager
def _without_compression(connection: psycopg.Connection) -> Iterator[None]:
    """Store what is not read, or not compressed in the end, without an attempt to; then restore the default storage."""
    alterations = ", ".join(f"ALTER COLUMN {column} SET STORAGE {{storage}}" for column in (*_UNREAD, *_SHORT))
    change = sql.SQL(f"ALTER TABLE {FINDINGS.name} {alterations}")
    connection.execute(change.format(storage=sql.SQL("EXTERNAL")))
    yield
    connection.execute(change.format(storage=sql.SQL("EXTENDED")))
