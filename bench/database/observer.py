"""The observer: the sessions by which a capture watches a database, and what it brings back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.errors import DatabaseError

Source = Literal["log", "pg_stat_statements", "unavailable"]


class Executions(NamedTuple):
    """All executions of one statement, as pg_stat_statements counted them; blocks are accesses to them."""

    text: str
    calls: int
    rows: int = 0
    blocks_hit: int = 0
    blocks_read: int = 0
    blocks_dirtied: int = 0
    temp_blocks: int = 0
    """Written."""
    wal_records: int = 0
    wal_bytes: int = 0


@dataclass
class Capture:
    """A Capture is the statements of one database while a block ran; empty until the block has ended without error."""

    source: Source = "unavailable"
    statements: tuple[str, ...] = ()
    """From the log: one text for each simple query and each execution of a prepared one, in the order in which they
    began; what the server refuses before execution is not in it. From pg_stat_statements: normalised texts, each as
    often as it ran to its end, sorted by text."""
    executions: tuple[Executions, ...] = ()
    """From pg_stat_statements alone."""
    warnings: tuple[str, ...] = ()


@contextlib.contextmanager
def observe(access: DatabaseAccess) -> Iterator[psycopg.Connection]:
    """A session of the capture's own on the database."""
    conninfo = make_conninfo(access.conninfo, application_name=OBSERVER)
    try:
        connection = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None)
    except psycopg.Error as error:
        raise DatabaseError(
            f"cannot observe database {access.database}: {one_line(error)}; is the server up?"
        ) from None
    with connection:
        yield connection


def fetch(
    observer: psycopg.Connection, command: sql.SQL | sql.Composed, parameters: list[Any] | None = None
) -> list[Any]:
    """Run one command of the observer and return its rows. Raises DatabaseError."""
    try:
        cursor = observer.execute(command, parameters)
        return cursor.fetchall() if cursor.description else []
    except psycopg.Error as error:
        raise DatabaseError(f"the observer of the statements failed: {one_line(error)}; see the server's log") from None
