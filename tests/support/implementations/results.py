"""Implementations that leave or return something else than they should."""

from __future__ import annotations

import os
from typing import Any, cast

from psycopg.sql import SQL

from bench.compliance.contract import Outcome
from bench.compliance.schema.connections import admin_connection
from optimized_impl import create_compliance_requirements as honest


def _afterwards(statement: SQL, *parameters: object) -> None:
    with admin_connection() as connection:
        connection.execute(statement, parameters)


def drops_a_row(tenant_id: str, scan_id: str) -> Outcome:
    """One row too few, and honest about it."""
    outcome = honest(tenant_id, scan_id)
    _afterwards(
        SQL(
            "DELETE FROM compliance_requirements_overviews WHERE id ="
            " (SELECT id FROM compliance_requirements_overviews WHERE tenant_id = %s AND scan_id = %s LIMIT 1)"
        ),
        tenant_id,
        scan_id,
    )
    return {**outcome, "requirements_created": outcome["requirements_created"] - 1}


def counts_wrong(tenant_id: str, scan_id: str) -> Outcome:
    outcome = honest(tenant_id, scan_id)
    return {**outcome, "requirements_created": outcome["requirements_created"] + 1}


def returns_nothing(tenant_id: str, scan_id: str) -> Outcome:
    honest(tenant_id, scan_id)
    return cast(Outcome, None)


def returns_other_types(tenant_id: str, scan_id: str) -> Outcome:
    wrong: Any = {**honest(tenant_id, scan_id), "requirements_created": "six"}
    return cast(Outcome, wrong)


def never_twice_the_same(tenant_id: str, scan_id: str) -> Outcome:
    """As many rows each time, with the process id in one of them."""
    outcome = honest(tenant_id, scan_id)
    _afterwards(
        SQL("UPDATE compliance_requirements_overviews SET description = %s WHERE tenant_id = %s AND scan_id = %s"),
        str(os.getpid()),
        tenant_id,
        scan_id,
    )
    return outcome


def miscounts_findings(tenant_id: str, scan_id: str) -> Outcome:
    """As many rows as there should be, with one figure off by one in each."""
    outcome = honest(tenant_id, scan_id)
    _afterwards(
        SQL(
            "UPDATE compliance_requirements_overviews SET total_findings = total_findings + 1"
            " WHERE tenant_id = %s AND scan_id = %s"
        ),
        tenant_id,
        scan_id,
    )
    return outcome


def writes_to_another_tenant(tenant_id: str, scan_id: str) -> Outcome:
    outcome = honest(tenant_id, scan_id)
    _afterwards(
        SQL("UPDATE compliance_requirements_overviews SET total_checks = total_checks + 1 WHERE tenant_id <> %s"),
        tenant_id,
    )
    return outcome


def clears_summaries_of_another_scan(tenant_id: str, scan_id: str) -> Outcome:
    outcome = honest(tenant_id, scan_id)
    _afterwards(SQL("DELETE FROM compliance_overview_summaries WHERE scan_id <> %s"), scan_id)
    return outcome
