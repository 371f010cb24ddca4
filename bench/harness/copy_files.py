"""Copy files: what an implementation left of one call, in COPY's binary format, for the copy baseline to send."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess
from bench.harness.restored_tables import columns_of
from bench.harness.targets import Targets, observe, owned
from bench.jobs.copy_baseline import CopiedTable, copy_file, write_tables
from bench.jobs.job import Arguments, Target


def write_copy_files(
    access: DatabaseAccess, targets: Targets, calls: Iterable[Arguments], folder: Path, relation: str
) -> None:
    """Write the rows of ``calls`` to files, those of the first target as ``relation`` shows them.

    Raises DatabaseError.
    """
    folder.mkdir(exist_ok=True)
    with observe(access) as connection:
        tables = [_copied(connection, target) for target in targets.tables]
        write_tables(folder, tables)
        for arguments in calls:
            for (target, source), table in zip(targets.sources(relation), tables, strict=True):
                _write(connection, target, source, table, arguments, copy_file(folder, table.name, arguments))


def _copied(connection: psycopg.Connection, target: Target) -> CopiedTable:
    return CopiedTable(target.table, columns_of(connection, target.table, stored=True), dict(target.own))


def _write(
    connection: psycopg.Connection, target: Target, source: str, table: CopiedTable, arguments: Arguments, path: Path
) -> None:
    rows = sql.SQL("SELECT {} FROM {} WHERE {}").format(
        sql.SQL(", ").join(map(sql.Identifier, table.columns)), sql.Identifier(source), owned(target, arguments)
    )
    if target.copy_order:
        rows += sql.SQL(" ORDER BY {}").format(sql.SQL(", ").join(map(sql.Identifier, target.copy_order)))
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(rows)
    with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy:
            file.write(block)
