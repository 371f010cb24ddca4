"""Implementations in which each line that issues a statement ends with a comment that names it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import psycopg
from django.db import connections, transaction
from psycopg import sql

from bench.compliance.contract import Outcome
from bench.compliance.schema.connections import admin_connection
from bench.database.access import ADMIN

_MARK = "  # line: "
OUTCOME: Outcome = {"requirements_created": 0, "regions_processed": [], "compliance_frameworks": []}
SERIES = "SELECT i FROM generate_series(1, 25) AS i WHERE i < %s"


def marked_lines() -> dict[str, str]:
    """The names of the marks by the site that a message gives: ``tests/support/law_calls.py:17``."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    marks = enumerate((line.partition(_MARK)[2] for line in lines), start=1)
    return {f"tests/support/law_calls.py:{number}": mark for number, mark in marks if mark}


def executes(tenant_id: str, scan_id: str) -> Outcome:
    """By a connection, a cursor and a cursor that binds in the client; as text, bytes and composed."""
    with admin_connection() as connection:
        connection.execute("SELECT 'connection', %s", ["it's"])  # line: connection
        with connection.cursor() as cursor:
            cursor.execute(b"SELECT number FROM numbers WHERE number = %s", [-5])  # line: bytes
            for name in ("pg_class", "pg_type"):
                cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))  # line: composed
        with psycopg.ClientCursor(connection) as client:
            client.execute(query="SELECT 'client', %(a)s", params={"a": None})  # line: client
    return OUTCOME


def executes_many(tenant_id: str, scan_id: str) -> Outcome:
    """Three times at once, then once more from another line, and by Django."""
    insert = "INSERT INTO numbers VALUES (%s)"
    with admin_connection() as connection, connection.cursor() as cursor:
        cursor.executemany(insert, [[1], [2], [3]])  # line: three
        cursor.execute(insert, [4])  # line: fourth
    with connections[ADMIN].cursor() as django:
        django.executemany("INSERT INTO numbers SELECT %s", [[5], [6]])  # line: django's two
        django.execute("INSERT INTO numbers SELECT %s", [7])  # line: django's one
    return OUTCOME


def copies(tenant_id: str, scan_id: str) -> Outcome:
    """Into a table and out of it."""
    with admin_connection() as connection, connection.cursor() as cursor:
        with cursor.copy("COPY numbers FROM STDIN") as copy:  # line: in
            copy.write_row([1])
        with cursor.copy("COPY (SELECT 'one') TO STDOUT") as copy:  # line: out
            list(copy)
    return OUTCOME


def fetches(tenant_id: str, scan_id: str) -> Outcome:
    """From cursors on the server, by iterating, in chunks, one, and all; the first belong to a page each."""
    with admin_connection() as connection, connection.cursor(name="on_the_server") as cursor:
        cursor.itersize = 10
        cursor.execute(SERIES, [25])  # line: declare
        for _ in cursor:  # line: iterate
            pass
        cursor.execute(SERIES, [5])  # line: declare again
        cursor.fetchmany(2)  # line: many
        cursor.fetchone()  # line: one
        cursor.fetchall()  # line: all
    return OUTCOME


def from_two_lines(tenant_id: str, scan_id: str) -> Outcome:
    """One statement from three lines, of which Django knows two."""
    with connections[ADMIN].cursor() as django:
        django.execute("SELECT set_config('a.b', %s, true)", ["1"])  # line: first
        with admin_connection() as connection:
            connection.execute("SELECT set_config('a.b', %s, true)", ["2"])  # line: beside Django
        django.execute("SELECT set_config('a.b', %s, true)", ["3"])  # line: last
    return OUTCOME


def in_transactions(tenant_id: str, scan_id: str) -> Outcome:
    """Committed, rolled back, nested, and begun by hand."""
    with transaction.atomic(using=ADMIN), connections[ADMIN].cursor() as django:
        django.execute("SELECT 'committed'")  # line: committed
        django.execute("SELECT 'committed too'")  # line: committed too
    with admin_connection() as connection:
        with connection.transaction():
            connection.execute("SELECT 'nested'")  # line: nested
        connection.rollback()
        connection.autocommit = True
        connection.execute("BEGIN")
        connection.execute("SELECT 'by hand'")  # line: by hand
        connection.execute("COMMIT")
    return OUTCOME


def elsewhere(tenant_id: str, scan_id: str) -> Outcome:
    """From another working folder than the worker's."""
    here = Path.cwd()
    os.chdir(tempfile.gettempdir())
    try:
        with connections[ADMIN].cursor() as django:
            django.execute("SELECT 'elsewhere'")  # line: elsewhere
    finally:
        os.chdir(here)
    return OUTCOME
