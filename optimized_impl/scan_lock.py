"""Serialises the runs of a scan with an advisory lock, for implementations that write in one transaction."""

from __future__ import annotations

import psycopg


def wait_for_other_runs(cursor: psycopg.Cursor, scan_id: str) -> None:
    """Take the scan's lock until the end of the transaction, after any other run that holds it.

    Without it the later of two runs would not see the earlier one's rows when it deletes, and would violate the unique
    constraint.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"compliance of scan {scan_id}"])
