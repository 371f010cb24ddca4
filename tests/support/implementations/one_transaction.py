"""Streaming with rows and summaries in one transaction, one run of a scan at a time: it keeps every promise.

The control beside the planted implementations, which break one promise each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from uuid import uuid4

import psycopg
from django.utils import timezone
from psycopg import sql

from bench.compliance.contract import Outcome, compliance_catalogue
from bench.compliance.schema.connections import SET_TENANT, admin_connection, rls_transaction
from bench.compliance.schema.models import ComplianceOverviewSummary, ComplianceRequirementOverview, Scan
from bench.database.access import REPLICA
from bench.declare import Promise, promises
from optimized_impl import task
from optimized_impl.scan_lock import wait_for_other_runs
from optimized_impl.task import Row, Summaries, SummaryTally

COPY_BATCH_SIZE = 2_000
"""Rows per COPY."""

ROWS = sql.Identifier(ComplianceRequirementOverview._meta.db_table)
SUMMARIES = sql.Identifier(ComplianceOverviewSummary._meta.db_table)
SUMMARY_COLUMNS = (
    "id",
    "tenant_id",
    "inserted_at",
    "scan_id",
    "compliance_id",
    "requirements_passed",
    "requirements_failed",
    "requirements_manual",
    "total_requirements",
)


class ForeignRowError(Exception):
    """A row belongs to another tenant or scan."""


@promises(*Promise)
def create_compliance_requirements(tenant_id: str, scan_id: str) -> Outcome:
    """Replace the compliance rows and summaries of one scan; see ``bench.compliance.contract.Implementation``."""
    with rls_transaction(tenant_id, using=REPLICA):
        scan = Scan.objects.using(REPLICA).get(tenant_id=tenant_id, id=scan_id)
        provider = scan.provider.provider
    catalogue = compliance_catalogue(provider)
    inserted_at = timezone.now()

    with rls_transaction(tenant_id, using=REPLICA):
        statuses, threatscore = task.aggregate_findings(tenant_id, scan_id)

    checks = task.count_checks(catalogue, statuses)
    tally = SummaryTally()
    rows = task.build_rows(tenant_id, scan_id, inserted_at, catalogue, checks, threatscore, tally)
    with admin_connection() as connection, connection.cursor() as cursor:
        cursor.execute(SET_TENANT, [tenant_id])
        _lock_scan(cursor, tenant_id, scan_id)
        _delete_old(cursor, tenant_id, scan_id)
        created = _copy_rows(cursor, _own(tenant_id, scan_id, rows))
        # Complete only now: the COPYs consumed the rows to the end, or raised.
        summaries = tally.summaries() if statuses else {}
        _copy_summaries(cursor, tenant_id, scan_id, inserted_at, summaries)

    return {
        "requirements_created": created,
        "regions_processed": list(statuses),
        "compliance_frameworks": list(catalogue) if statuses else [],
    }


def _lock_scan(cursor: psycopg.Cursor, tenant_id: str, scan_id: str) -> None:
    """Wait for another run of this scan, and keep the scan from being deleted until the end of this one.

    Raises Scan.DoesNotExist where the scan is gone meanwhile, or never was the tenant's.
    """
    wait_for_other_runs(cursor, scan_id)
    scan = cursor.execute(
        sql.SQL("SELECT FROM {} WHERE tenant_id = %s AND id = %s FOR KEY SHARE").format(
            sql.Identifier(Scan._meta.db_table)
        ),
        [tenant_id, scan_id],
    )
    if scan.fetchone() is None:
        raise Scan.DoesNotExist(f"no scan {scan_id} of tenant {tenant_id}")


def _delete_old(cursor: psycopg.Cursor, tenant_id: str, scan_id: str) -> None:
    for table in (ROWS, SUMMARIES):
        cursor.execute(
            sql.SQL("DELETE FROM {} WHERE tenant_id = %s AND scan_id = %s").format(table), [tenant_id, scan_id]
        )


def _own(tenant_id: str, scan_id: str, rows: Iterable[Row]) -> Iterator[Row]:
    """Pass on the rows of this tenant and scan. Raises ForeignRowError at any other."""
    for row in rows:
        if row["tenant_id"] != tenant_id or row["scan_id"] != scan_id:
            raise ForeignRowError(
                f"a row of tenant {row['tenant_id']}, scan {row['scan_id']} in the run of"
                f" tenant {tenant_id}, scan {scan_id}; nothing was written"
            )
        yield row


def _copy_rows(cursor: psycopg.Cursor, rows: Iterator[Row]) -> int:
    """COPY the rows in batches and return how many. A batch that COPY refuses ends the run: nothing is lost yet."""
    created = 0
    while batch := list(islice(rows, COPY_BATCH_SIZE)):
        task.write_csv(cursor, batch)
        created += len(batch)
    return created


def _copy_summaries(
    cursor: psycopg.Cursor, tenant_id: str, scan_id: str, inserted_at: datetime, summaries: Summaries
) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, SUMMARY_COLUMNS))
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(SUMMARIES, columns)) as copy:
        for compliance_id, count in summaries.items():
            copy.write_row(
                (
                    uuid4(),
                    tenant_id,
                    inserted_at,
                    scan_id,
                    compliance_id,
                    count["PASS"],
                    count["FAIL"],
                    count["MANUAL"],
                    sum(count.values()),
                )
            )
