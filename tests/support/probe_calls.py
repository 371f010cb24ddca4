"""Implementations with one known effect on the database; the scan's id says how large it is."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import connections

from bench.compliance.contract import Outcome
from bench.compliance.schema.connections import admin_connection
from bench.database.access import ADMIN

TABLE = "probed"


def idle(tenant_id: str, scan_id: str) -> Outcome:
    """Write nothing."""
    _execute("SELECT pg_sleep(0.2)")
    return _outcome(0)


def insert(tenant_id: str, scan_id: str) -> Outcome:
    """Insert rows, one through Django and the others through COPY in a session that Django does not know."""
    _execute(f"INSERT INTO {TABLE} VALUES (0, %s)", ["x" * 100])
    with admin_connection() as connection, connection.cursor().copy(f"COPY {TABLE} FROM STDIN") as copy:
        for number in range(1, int(scan_id)):
            copy.write_row([number, "x" * 100])
    return _outcome(int(scan_id))


def delete(tenant_id: str, scan_id: str) -> Outcome:
    """Delete rows."""
    _execute(f"DELETE FROM {TABLE} WHERE number < %s", [int(scan_id)])
    return _outcome(0)


def sort(tenant_id: str, scan_id: str) -> Outcome:
    """Sort numbers in less memory than they take."""
    _execute("SET work_mem = '64kB'")
    _execute("SELECT sum(i) FROM (SELECT i FROM generate_series(1, %s) AS i ORDER BY i DESC) AS sorted", [int(scan_id)])
    return _outcome(0)


def build_value(tenant_id: str, scan_id: str) -> Outcome:
    """Have a backend build one large value."""
    _execute("SELECT length(repeat('x', %s))", [int(scan_id)])
    return _outcome(0)


def kill_poller(tenant_id: str, scan_id: str) -> Outcome:
    """Kill the probe's own poller, as the kernel does when memory runs out."""
    database = connections[ADMIN].settings_dict["NAME"].encode()
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            *_, program, _, watched = [b"", b"", b"", *command.read_bytes().split(b"\0")[:-1]]
            if program.endswith(b"server_process.py") and watched == database:
                os.kill(int(command.parent.name), signal.SIGKILL)
    return _outcome(0)


def _execute(statement: str, parameters: list[Any] | None = None) -> None:
    with connections[ADMIN].cursor() as cursor:
        cursor.execute(statement, parameters)


def _outcome(created: int) -> Outcome:
    return {"requirements_created": created, "regions_processed": [], "compliance_frameworks": []}
