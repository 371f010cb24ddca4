"""``create_compliance_requirements`` with each step where it is cheapest, in one transaction.

The server counts the findings, Python expands the counts into rows, and one COPY writes the rows that are missing.
Readers see the old rows and summaries or the new ones; a run that dies leaves the old ones.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from django.utils import timezone

from bench.compliance.contract import Outcome, compliance_catalogue
from bench.compliance.schema.connections import SET_TENANT, admin_connection
from bench.declare import Law, Promise, alike, declares, diverges, promises
from optimized_impl.pushdown.findings import count_findings
from optimized_impl.pushdown.identifiers import ascending_ids
from optimized_impl.pushdown.rows import RowEncoder, copy_rows
from optimized_impl.pushdown.scan import lock_scan
from optimized_impl.pushdown.stored import compare_stored, delete_stale
from optimized_impl.pushdown.summaries import delete_summaries, replace_summaries
from optimized_impl.pushdown.triggers import switch_triggers_off

_KEPT_ROWS = alike(
    "a row that is already right stays, with the time at which it was written",
    dict.fromkeys(
        ("rerun-one-changed", "rerun-regions-new", "rerun-catalogue-larger", "rerun-scores-changed"),
        "2 values of inserted_at in the rows of one run",
    ),
)


# Django logs BEGIN, set_config twice and COMMIT around the counting query; it does not see the query itself.
@declares(Law("statements_django", 4), Law("statements_server", 15))
@diverges(*_KEPT_ROWS)
@promises(*Promise)
def create_compliance_requirements(tenant_id: str, scan_id: str) -> Outcome:
    """Bring the compliance rows and summaries of one scan up to date; see ``bench.declare.Implementation``."""
    return _write_requirements(tenant_id, scan_id)


@declares(Law("statements_django", 4), Law("statements_server", 18))
@diverges(*_KEPT_ROWS)
@promises(*Promise)
def create_compliance_requirements_fast(tenant_id: str, scan_id: str) -> Outcome:
    """The same with the target tables' triggers switched off, two of which fire per row for the foreign keys.

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
        if not catalogue:  # the rule: old rows stay, old summaries go
            delete_summaries(cursor, tenant_id, scan_id)
            return {"requirements_created": 0, "regions_processed": [], "compliance_frameworks": []}
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
