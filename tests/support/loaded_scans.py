"""What was loaded of a scan, as the admin role sees it."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from bench.database.access import DatabaseAccess
from bench.datasets.scan import LoadedScan

MakeDatabase = Callable[[], DatabaseAccess]


def query(access: DatabaseAccess, statement: str, *parameters: object) -> list[tuple[object, ...]]:
    """Rows of one statement, seen by the role that row-level security does not bind."""
    with psycopg.connect(access.conninfo_as(access.admin_role)) as connection:
        return connection.execute(statement.encode(), parameters).fetchall()


def measured_findings(access: DatabaseAccess, scan: LoadedScan, columns: str) -> list[tuple[object, ...]]:
    """``columns`` of the measured scan's findings, in the order of their ids."""
    return query(
        access,
        f"SELECT {columns} FROM findings WHERE tenant_id = %s AND scan_id = %s ORDER BY id",
        scan.key.tenant_id,
        scan.key.scan_id,
    )
