"""Restoring tables: the saved rows of the targets in fresh files, whatever refers to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import sql

_REFERENCES = """
WITH RECURSIVE emptied (oid) AS (
    SELECT to_regclass(quote_ident(name))::oid FROM unnest(%(tables)s::text[]) AS name
    UNION SELECT inhrelid FROM pg_inherits JOIN emptied ON inhparent = emptied.oid
), referred (oid) AS (
    SELECT oid FROM emptied UNION SELECT inhparent FROM pg_inherits JOIN referred ON inhrelid = referred.oid
)
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint
WHERE contype = 'f' AND conparentid = 0 AND confrelid IN (SELECT oid FROM referred)
    AND conrelid NOT IN (SELECT oid FROM emptied)
ORDER BY oid
"""
"""Foreign keys of tables that are not emptied to those that are, their partitions and what they are partitions of."""


def saved(table: str) -> sql.Identifier:
    """Return the table that keeps the rows to which ``table`` returns."""
    return sql.Identifier(f"bench_saved_{table}")


def restore_rows(connection: psycopg.Connection, tables: Sequence[str]) -> str:
    """Put the saved rows of ``tables`` into fresh files, in one transaction; return its id. Raises psycopg.Error."""
    with connection.transaction(), _without_references(connection, tables):
        # At once, because a table that another one refers to cannot be truncated alone.
        connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
        for table in tables:
            columns = sql.SQL(", ").join(map(sql.Identifier, columns_of(connection, table, stored=True)))
            connection.execute(
                sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
                    sql.Identifier(table), columns, columns, saved(table)
                )
            )
        row = connection.execute("SELECT pg_current_xact_id()::xid::text").fetchone()
        assert row is not None  # a function's value is one row
        transaction: str = row[0]
    return transaction


@contextmanager
def _without_references(connection: psycopg.Connection, tables: Sequence[str]) -> Iterator[None]:
    """Drop the foreign keys by which other tables refer to ``tables``, and make them again after the block.

    TRUNCATE refuses a table that another one refers to, even where that one is empty; and rows that are deleted instead
    would stay in the files, so that the next sample would find another state. What refers to the rows is checked again
    as the keys are made: nothing but a target has changed since it was loaded.
    """
    keys = connection.execute(_REFERENCES, {"tables": list(tables)}).fetchall()
    for table, name, _ in keys:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    yield
    if keys:
        # A deferred check of the rows just written would still be pending when their table is altered.
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table, name, definition in keys:
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}".encode())


def end_sessions(login: psycopg.Connection) -> None:
    """End all other sessions on the database. Raises psycopg.Error."""
    # As the login itself, whose sessions they are: the admin role may not end those of a superuser. Whatever their
    # name, because an implementation may open its own connections, which outlive a worker that was killed.
    login.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )


def columns_of(
    connection: psycopg.Connection, table: str, skip: tuple[str, ...] = (), *, stored: bool = False
) -> tuple[str, ...]:
    """Return the columns of ``table`` by name, so that a digest does not depend on their order in the table.

    ``stored`` leaves out those that the server computes. Empty where there is no such table.
    """
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(%s)) AND attnum > 0"
        " AND NOT attisdropped AND (attgenerated = '' OR NOT %s) ORDER BY attname",
        [table, stored],
    )
    return tuple(name for (name,) in found if name not in skip)
