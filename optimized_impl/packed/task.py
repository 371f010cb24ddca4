"""``create_compliance_requirements`` on packed rows, in one transaction.

The server counts the findings; one row per region and part of a framework holds the counts of its requirements in
arrays. Texts and numbers of checks are stored once in the catalogue's tables, under the hash of their framework.
"""

from __future__ import annotations

from django.utils import timezone

from bench.compliance.contract import Outcome, compliance_catalogue
from bench.compliance.schema.connections import SET_TENANT, admin_connection
from bench.compliance.schema.operations import INVOKER_VIEWS_SINCE
from bench.declare.laws import Law, declares
from bench.declare.promise import Promise, promises
from bench.declare.storage import stores_in
from optimized_impl.packed.catalogue import keep_versions, versions_of
from optimized_impl.packed.rows import PackedRows
from optimized_impl.packed.storage import PACKED_STORAGE
from optimized_impl.packed.summaries import replace_summaries
from optimized_impl.pushdown.findings import count_findings
from optimized_impl.pushdown.scan import lock_scan

_DELETE_OLD = "DELETE FROM compliance_requirements_packed WHERE tenant_id = %s AND scan_id = %s"


class UnsupportedServerError(Exception):
    """The server's views would bypass row-level security."""


@stores_in(PACKED_STORAGE)
# For a catalogue whose versions are stored already; a new version costs one more COPY, once.
@declares(Law("statements_django", 4), Law("statements_server", 15))
@promises(*Promise)
def create_compliance_requirements(tenant_id: str, scan_id: str) -> Outcome:
    """Replace the compliance rows and summaries of one scan; see ``bench.compliance.contract.Implementation``."""
    inserted_at = timezone.now()
    with admin_connection() as connection, connection.cursor() as cursor:
        check_server(connection.info.server_version)
        cursor.execute(SET_TENANT, [tenant_id])
        catalogue = compliance_catalogue(lock_scan(cursor, tenant_id, scan_id))
        if not catalogue:  # the rule: old rows stay, old summaries go
            replace_summaries(cursor, tenant_id, scan_id, inserted_at, ())
            return {"requirements_created": 0, "regions_processed": [], "compliance_frameworks": []}
        findings = count_findings(tenant_id, scan_id)
        versions = versions_of(catalogue) if findings.regions else ()
        keep_versions(connection, versions)
        cursor.execute(_DELETE_OLD, [tenant_id, scan_id])
        rows = PackedRows(tenant_id, scan_id, inserted_at, findings)
        rows.copy(cursor, versions)
        replace_summaries(cursor, tenant_id, scan_id, inserted_at, rows.summaries)
    return {
        "requirements_created": rows.requirements * len(findings.regions),
        "regions_processed": list(findings.appearance),
        "compliance_frameworks": list(catalogue) if findings.regions else [],
    }


def check_server(version: int) -> None:
    """Raise UnsupportedServerError where a server of ``version``, as libpq numbers it, lacks the view."""
    if version < INVOKER_VIEWS_SINCE:
        raise UnsupportedServerError(
            f"packed rows are read through a view under row-level security, which PostgreSQL {version // 10_000} "
            "does not support; use version 15 or newer"
        )
