"""Implementations that do their work and change something that the next implementation would meet.

Each does so in its first call of a process, which is the warm-up; ``killed_while_statements_are_logged`` in its second.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from itertools import count
from typing import LiteralString

import psycopg

from bench.compliance.contract import Implementation, Outcome
from bench.compliance.schema.connections import admin_connection
from optimized_impl import create_compliance_requirements as honest
from tests.support.disturbances import DISTURBANCES

_calls = count(1)
_left: list[object] = []


def _disturbing(statements: tuple[LiteralString, ...]) -> Implementation:
    def create_compliance_requirements(tenant_id: str, scan_id: str) -> Outcome:
        outcome = honest(tenant_id, scan_id)
        if next(_calls) == 1:
            with admin_connection() as connection:
                names = _names(connection)
                # The login is a superuser on the embedded server, and any session of it may become that again.
                connection.execute("SET ROLE postgres")
                connection.commit()
                connection.autocommit = True
                for statement in statements:
                    connection.execute(statement.format(**names).encode())
        return outcome

    return create_compliance_requirements


def _names(connection: psycopg.Connection) -> Mapping[str, str]:
    row = connection.execute(
        "SELECT current_user::text, current_database()::text,"
        " (SELECT rolname FROM pg_roles WHERE rolname LIKE 'bench%app'),"
        " (SELECT min(indexrelid::regclass::text) FROM pg_index"
        "  WHERE indrelid = 'compliance_requirements_overviews'::regclass AND NOT indisunique),"
        " (SELECT min(conname) FROM pg_constraint"
        "  WHERE conrelid = 'compliance_requirements_overviews'::regclass AND contype = 'f'),"
        " (SELECT min(polname) FROM pg_policy WHERE polrelid = 'compliance_requirements_overviews'::regclass),"
        " pg_get_viewdef('compliance_requirements_packed_view'::regclass)"
    ).fetchone()
    assert row is not None
    names = dict(zip(("admin", "database", "app", "index", "constraint", "policy", "view"), row, strict=True))
    return {**names, "view": names["view"].rstrip(";").replace("'FAIL'", "'MANUAL'")}


for _name, _disturbance in DISTURBANCES.items():
    globals()[_name] = _disturbing(_disturbance.statements)


def _leaving_open(statement: LiteralString, *, autocommit: bool) -> Implementation:
    def create_compliance_requirements(tenant_id: str, scan_id: str) -> Outcome:
        if next(_calls) == 1:
            # At module level, as a cache of connections would be.
            manager = admin_connection()
            connection = manager.__enter__()
            connection.autocommit = autocommit
            connection.execute(statement)
            _left.append(manager)
        return honest(tenant_id, scan_id)

    return create_compliance_requirements


idle_in_transaction = _leaving_open("SELECT count(*) FROM scans", autocommit=False)
keeps_advisory_lock = _leaving_open("SELECT pg_advisory_lock(1)", autocommit=True)


def killed_while_statements_are_logged(tenant_id: str, scan_id: str) -> Outcome:
    """As the OOM killer does, in the measured call."""
    if next(_calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return honest(tenant_id, scan_id)


def ends_the_server(tenant_id: str, scan_id: str) -> Outcome:
    """As a crash of the machine does; the server does not come back."""
    with admin_connection() as connection:
        connection.execute("SET ROLE postgres")
        row = connection.execute("SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)").fetchone()
    assert row is not None
    os.kill(int(row[0]), signal.SIGKILL)
    return honest(tenant_id, scan_id)


def crashes_a_backend(tenant_id: str, scan_id: str) -> Outcome:
    """The server ends all sessions, recovers and continues."""
    with admin_connection() as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
    return honest(tenant_id, scan_id)


def changes_and_is_killed(tenant_id: str, scan_id: str) -> Outcome:
    with admin_connection() as connection:
        connection.execute("CREATE TABLE leftover ()")
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError
