"""The summaries: per framework, how many requirements pass, fail and are manual over all regions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import psycopg

from bench.compliance.contract import Catalogue
from optimized_impl.pushdown.findings import CountedFindings

Summary = tuple[str, int, int, int, int]
"""Compliance id, requirements passed, failed and manual, and all of them."""

_DELETE = """
    DELETE FROM compliance_overview_summaries AS stored
    WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s AND NOT EXISTS (
        SELECT FROM unnest(%(ids)s::text[], %(passed)s::int[], %(failed)s::int[], %(manual)s::int[], %(total)s::int[])
            AS wanted (id, passed, failed, manual, total)
        WHERE (id, passed, failed, manual, total) = (stored.compliance_id, stored.requirements_passed,
            stored.requirements_failed, stored.requirements_manual, stored.total_requirements)
    )
"""
_DELETE_ALL = "DELETE FROM compliance_overview_summaries WHERE tenant_id = %s AND scan_id = %s"
_INSERT = """
    INSERT INTO compliance_overview_summaries (id, tenant_id, scan_id, inserted_at, compliance_id,
        requirements_passed, requirements_failed, requirements_manual, total_requirements)
    SELECT gen_random_uuid(), %(tenant)s, %(scan)s, %(inserted_at)s, wanted.*
    FROM unnest(%(ids)s::text[], %(passed)s::int[], %(failed)s::int[], %(manual)s::int[], %(total)s::int[]) AS wanted
    ON CONFLICT (tenant_id, scan_id, compliance_id) DO NOTHING
"""


def replace_summaries(
    cursor: psycopg.Cursor,
    tenant_id: str,
    scan_id: str,
    inserted_at: datetime,
    catalogue: Catalogue,
    findings: CountedFindings,
) -> None:
    """Make the scan's summaries those of ``findings``; a summary that is already right stays as it is."""
    summaries = list(_summaries(catalogue, findings)) if findings.regions else []
    ids, passed, failed, manual, total = zip(*summaries, strict=True) if summaries else ((),) * 5
    values = {
        "tenant": tenant_id,
        "scan": scan_id,
        "inserted_at": inserted_at,
        "ids": list(ids),
        "passed": list(passed),
        "failed": list(failed),
        "manual": list(manual),
        "total": list(total),
    }
    cursor.execute(_DELETE, values)
    cursor.execute(_INSERT, values)


def delete_summaries(cursor: psycopg.Cursor, tenant_id: str, scan_id: str) -> None:
    """Delete the scan's summaries."""
    cursor.execute(_DELETE_ALL, [tenant_id, scan_id])


def _summaries(catalogue: Catalogue, findings: CountedFindings) -> Iterator[Summary]:
    """Yield one summary per framework that has requirements: a check that failed in any region fails them."""
    for compliance_id, framework in catalogue.items():
        if not framework["requirements"]:
            continue
        count = {"PASS": 0, "FAIL": 0, "MANUAL": 0}
        for requirement in framework["requirements"].values():
            if not requirement["checks"]:
                count["MANUAL"] += 1
            elif any(check in findings.failed for check in requirement["checks"]):
                count["FAIL"] += 1
            else:
                count["PASS"] += 1
        yield compliance_id, count["PASS"], count["FAIL"], count["MANUAL"], sum(count.values())
