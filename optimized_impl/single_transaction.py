"""``create_compliance_requirements`` as production has shipped it since July 2026 (#11875).

Read it beside ``optimized_impl/task.py``, whose aggregation and rows it shares; what changed is how rows are persisted.
The DELETE of the scan's old rows and all COPY batches are one transaction on one connection. Each row is checked
against the call's tenant and scan, because that connection bypasses row-level security. Where COPY fails, the ORM
replaces everything in one transaction, from a fresh iterator. Summaries keep a separate transaction.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from django.utils import timezone

from bench.compliance.contract import Outcome, compliance_catalogue
from bench.compliance.schema.connections import SET_TENANT, admin_connection, rls_transaction
from bench.compliance.schema.models import ComplianceRequirementOverview, Scan
from bench.database.access import REPLICA
from bench.declare import Law, Promise, Step, declares, diverges, promises
from optimized_impl.divergences import COMPLIANCE
from optimized_impl.task import (
    FINDINGS_CHUNK_SIZE,
    INSERT_BATCH_SIZE,
    Row,
    SummaryTally,
    aggregate_findings,
    build_rows,
    count_checks,
    replace_summaries,
    write_csv,
)

logger = logging.getLogger(__name__)

COPY_BATCH_SIZE = int(os.environ.get("DJANGO_COMPLIANCE_COPY_BATCH_SIZE", "2000"))
"""Rows per COPY, set as in production."""

RowFactory = Callable[[], Iterator[Row]]
"""Returns the scan's rows from the first one, each time it is called."""


class RowScopeError(Exception):
    """A row belongs to another tenant or scan than the call."""


@declares(
    Law("statements_django", 14),
    # On the admin connection BEGIN, set_config, DELETE and COMMIT; besides the FETCHes the one that finds the end, and
    # CLOSE.
    Law("statements_server", 20, (Step(1, COPY_BATCH_SIZE, "rows"), Step(1, FINDINGS_CHUNK_SIZE, "counted findings"))),
)
@diverges(*COMPLIANCE)
@promises(Promise.RERUN, Promise.BYSTANDERS, Promise.OWNER, Promise.TWO_SCANS)
def create_compliance_requirements(tenant_id: str, scan_id: str) -> Outcome:
    """Replace the compliance rows and summaries of one scan; see ``bench.declare.Implementation``."""
    with rls_transaction(tenant_id, using=REPLICA):
        provider = Scan.objects.using(REPLICA).get(id=scan_id).provider.provider
    catalogue = compliance_catalogue(provider)
    tally = SummaryTally()
    regions: list[str] = []
    created = 0

    if catalogue:
        with rls_transaction(tenant_id, using=REPLICA):
            statuses, threatscore = aggregate_findings(tenant_id, scan_id)
        regions = list(statuses)
        checks = count_checks(catalogue, statuses)
        inserted_at = timezone.now()

        def rows() -> Iterator[Row]:
            tally.clear()
            return build_rows(tenant_id, scan_id, inserted_at, catalogue, checks, threatscore, tally)

        created = persist_rows(tenant_id, scan_id, rows)
    # The tally is complete: persisting has consumed every row, or raised.
    replace_summaries(tenant_id, scan_id, tally.summaries())

    return {
        "requirements_created": created,
        "regions_processed": regions,
        "compliance_frameworks": list(catalogue) if regions else [],
    }


def persist_rows(tenant_id: str, scan_id: str, rows: RowFactory) -> int:
    """Replace the scan's rows by COPY, or through the ORM where COPY fails; return how many rows were written.

    Raises RowScopeError for a foreign row; the ORM is not tried then, because it would write what was refused.
    """
    try:
        return copy_rows(tenant_id, scan_id, rows())
    except RowScopeError:
        raise
    except Exception:  # whatever stopped COPY, the ORM gets its try, as in production
        logger.exception("COPY failed; replacing all rows through the ORM")
        return insert_rows(tenant_id, scan_id, rows())


def copy_rows(tenant_id: str, scan_id: str, rows: Iterable[Row]) -> int:
    """Delete the old rows and COPY the new ones, a batch at a time, in one transaction."""
    created = 0
    with admin_connection() as connection, connection.cursor() as cursor:
        cursor.execute(SET_TENANT, [tenant_id])
        cursor.execute(
            "DELETE FROM compliance_requirements_overviews WHERE tenant_id = %s AND scan_id = %s", [tenant_id, scan_id]
        )
        for batch in _batches(in_scope(tenant_id, scan_id, rows)):
            write_csv(cursor, batch)
            created += len(batch)
    return created


def insert_rows(tenant_id: str, scan_id: str, rows: Iterable[Row]) -> int:
    """Delete the old rows and insert the new ones through the ORM, in one transaction."""
    created = 0
    with rls_transaction(tenant_id):
        ComplianceRequirementOverview.objects.filter(scan_id=scan_id).delete()
        for batch in _batches(rows):
            ComplianceRequirementOverview.objects.bulk_create(
                [ComplianceRequirementOverview(**row) for row in batch], batch_size=INSERT_BATCH_SIZE
            )
            created += len(batch)
    return created


def in_scope(tenant_id: str, scan_id: str, rows: Iterable[Row]) -> Iterator[Row]:
    """Pass on the rows of this tenant and scan. Raises RowScopeError at any other."""
    for row in rows:
        if (row["tenant_id"], row["scan_id"]) != (tenant_id, scan_id):
            raise RowScopeError(
                f"a row of tenant {row['tenant_id']}, scan {row['scan_id']} in the run of tenant {tenant_id}, "
                f"scan {scan_id}; no row was written"
            )
        yield row


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, COPY_BATCH_SIZE)):
        yield batch
