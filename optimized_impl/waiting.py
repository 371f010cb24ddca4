"""One run of a scan after another, for every implementation that writes in one transaction."""

from __future__ import annotations

import psycopg


def wait_for_other_runs(cursor: psycopg.Cursor, scan_id: str) -> None:
    """Wait for the end of another run of this scan, and have the next one wait for the end of this transaction.

    The later of two runs would not see the earlier one's rows when it deletes, and would violate the unique constraint.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"compliance of scan {scan_id}"])
