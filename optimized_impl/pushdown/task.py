"""``create_compliance_requirements`` with the work where it is cheapest, all of it in one transaction.

The server counts the findings, Python multiplies the few counts out into rows, and one COPY writes those that are not
there yet. Readers see the old rows and summaries or the new ones; a run that dies leaves the old ones.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from django.utils import timezone

from bench.compliance.contract import Outcome, compliance_catalogue
from bench.compliance.schema.connections import SET_TENANT, admin_connection
from bench.declare.divergence import alike, diverges
from bench.declare.laws import Law, declares
from bench.declare.promise import Promise, promises
from optimized_impl.pushdown.findings import count_findings
from optimized_impl.pushdown.identifiers import ascending_ids
from optimized_impl.pushdown.rows import RowEncoder, copy_rows
from optimized_impl.pushdown.scan import lock_scan
from optimized_impl.pushdown.stored import compare_stored, delete_stale
from optimized_impl.pushdown.summaries import replace_summaries
from optimized_impl.pushdown.triggers import switch_triggers_off

_KEPT_ROWS = alike(
    "a row that is right already stays, and with it the time at which it was written",
    "rerun-one-changed",
    "rerun-regions-new",
    "rerun-catalogue-larger",
    "rerun-texts-changed",
    "rerun-scores-changed",
    "rerun-no-longer-threatscore",
)


# As Django logs them: BEGIN, set_config twice, COMMIT around the query, which it does not see.
@declares(Law("statements_django", 4), Law("statements_server", 15))
@diverges(*_KEPT_ROWS)
@promises(*Promise)
def create_compliance_requirements(tenant_id: str, scan_id: str) -> Outcome:
    """Have the compliance rows and summaries of one scan be the right ones; see ``bench.declare.Implementation``."""
    return _write_requirements(tenant_id, scan_id)


@declares(Law("statements_django", 4), Law("statements_server", 18))
@diverges(*_KEPT_ROWS)
@promises(*Promise)
def create_compliance_requirements_fast(tenant_id: str, scan_id: str) -> Outcome:
    """The same without the tables' triggers, of which a foreign key's two fire per row otherwise.

    Raises FastLaneError where the role may not switch triggers off or where more than foreign keys depends on them.
    """
    return _write_requirements(tenant_id, scan_id, prepare=switch_triggers_off)


def _write_requirements(
    tenant_id: str, scan_id: str, prepare: Callable[[psycopg.Cursor], None] | None = None
) -> Outcome:
    inserted_at = timezone.now()
    with admin_connection() as connection, connection.cursor() as cursor:
        cursor.execute(SET_TENANT, [tenant_id])
        provider = lock_scan(cursor, tenant_id, scan_id)
        if prepare is not None:
            prepare(cursor)
        catalogue = compliance_catalogue(provider)
        findings = count_findings(tenant_id, scan_id)
        difference = compare_stored(connection, tenant_id, scan_id, catalogue, findings)
        delete_stale(cursor, tenant_id, scan_id, findings, difference)
        encoder = RowEncoder(tenant_id, scan_id, inserted_at, ascending_ids())
        written = copy_rows(cursor, encoder.blocks(catalogue, findings, difference.kept))
        replace_summaries(cursor, tenant_id, scan_id, inserted_at, catalogue, findings)
    return {
        "requirements_created": difference.kept_count + written,
        "regions_processed": list(findings.appearance),
        "compliance_frameworks": list(catalogue) if findings.appearance else [],
    }
