"""The table that the database probe's calls work on."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess
from bench.messages.reading import Reading

ROWS_BEFORE = 5_000


Read = Callable[[DatabaseAccess, str, int], Reading]
"""Take a database sample of a function of ``tests.support.probe_calls``, with the number that it is called with."""


def prepared(access: DatabaseAccess) -> DatabaseAccess:
    """Make the table, owned by the admin role as an implementation's tables are."""
    with psycopg.connect(access.conninfo_as(access.admin_role)) as connection:
        connection.execute("CREATE TABLE probed (number int, text text)")
        connection.execute("CREATE INDEX ON probed (number)")
    return access


def reset(access: DatabaseAccess) -> None:
    """Give the table the rows that it starts with, and checkpoint."""
    with psycopg.connect(access.conninfo, autocommit=True) as connection:
        connection.execute("TRUNCATE probed")
        insert = sql.SQL("INSERT INTO probed SELECT i, 'before' FROM generate_series(1, {}) AS i")
        connection.execute(insert.format(ROWS_BEFORE))
        connection.execute("CHECKPOINT")
