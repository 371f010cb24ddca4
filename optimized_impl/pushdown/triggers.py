"""The fast lane: a transaction with the target tables' triggers switched off, where that loses no guarantee."""

from __future__ import annotations

import psycopg

# Conflicts with CREATE TRIGGER: none can be added between the check below and the end of the transaction.
_HOLD = "LOCK TABLE compliance_requirements_overviews, compliance_overview_summaries IN ROW EXCLUSIVE MODE"
# Every trigger except those of the foreign keys to the two locked rows: users' triggers, other foreign keys, deferred
# constraints. Triggers with tgenabled 'A' fire regardless, those with 'D' never.
_IN_THE_WAY = """
    SELECT tgname, tgrelid::regclass::text
    FROM pg_trigger
        LEFT JOIN pg_constraint ON pg_constraint.oid = tgconstraint AND contype = 'f'
        LEFT JOIN pg_attribute ON attrelid = conrelid AND ARRAY[attnum] = conkey
    WHERE tgrelid IN ('compliance_requirements_overviews'::regclass, 'compliance_overview_summaries'::regclass)
        AND tgenabled IN ('O', 'R')
        AND ((confrelid, attname) IN (('tenants'::regclass, 'tenant_id'), ('scans'::regclass, 'scan_id'))) IS NOT TRUE
    ORDER BY tgname
    LIMIT 1
"""
_OFF = "SET LOCAL session_replication_role = replica"


class FastLaneError(Exception):
    """The role may not switch triggers off, or more than foreign keys depends on them."""


def switch_triggers_off(cursor: psycopg.Cursor) -> None:
    """Switch the triggers of both target tables off until the end of the transaction. Raises FastLaneError.

    Call it with the scan and its tenant locked against deletion: every row refers to these two and to nothing else, so
    the foreign keys' triggers could find nothing wrong.
    """
    cursor.execute(_HOLD)
    in_the_way = cursor.execute(_IN_THE_WAY).fetchone()
    if in_the_way is not None:
        trigger, table = in_the_way
        raise FastLaneError(f"the fast lane would skip trigger {trigger} of {table}; drop the trigger or use pushdown")
    try:
        cursor.execute(_OFF)
    except psycopg.errors.InsufficientPrivilege as error:
        raise FastLaneError(
            "the admin role may not set session_replication_role; let a superuser GRANT SET ON PARAMETER "
            "session_replication_role to it (PostgreSQL 15 or newer), or use pushdown"
        ) from error
