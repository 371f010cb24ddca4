"""``create_compliance_requirements`` as it was before the pull request (#11591).

Read it beside ``optimized_impl/task.py``. Functions of the same purpose have the same name and stand in the same order.
"""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg
from django.db.models import Prefetch
from django.utils import timezone
from psycopg import sql

from bench.compliance.contract import THREATSCORE_KEY, Catalogue, Outcome, compliance_catalogue
from bench.compliance.schema.connections import SET_TENANT, admin_connection, rls_transaction
from bench.compliance.schema.models import (
    ComplianceOverviewSummary,
    ComplianceRequirementOverview,
    Finding,
    Resource,
    Scan,
)
from bench.database.access import REPLICA
from bench.declare import Law, Promise, Step, declares, diverges, promises
from reference_impl.divergences import DIVERGENCES

logger = logging.getLogger(__name__)

COPY_BATCH_SIZE = 10_000
INSERT_BATCH_SIZE = 500
COPY_READ_CHARACTERS = 8_192

Row = dict[str, Any]
StatusByRegion = dict[str, dict[str, str]]
"""region → check → PASS or FAIL"""
ChecksByRegion = dict[str, dict[tuple[str, str], dict[str, int]]]
"""region → (compliance id, requirement id) → passed and failed checks; a requirement without a seen check is absent"""
ThreatScoreByRegion = dict[str, dict[str, dict[str, int]]]
"""region → requirement → passed and total findings"""
Summaries = dict[str, dict[str, int]]
"""compliance id → requirements with status PASS, FAIL and MANUAL"""

COLUMNS = (
    "id",
    "tenant_id",
    "inserted_at",
    "compliance_id",
    "framework",
    "version",
    "description",
    "region",
    "requirement_id",
    "requirement_status",
    "passed_checks",
    "failed_checks",
    "total_checks",
    "passed_findings",
    "total_findings",
    "scan_id",
)


@declares(
    Law("statements_django", 19),
    # Each batch: BEGIN, set_config, COPY, COMMIT.
    Law("statements_server", 19, (Step(4, COPY_BATCH_SIZE, "rows"),)),
)
@diverges(*DIVERGENCES)
@promises(Promise.RERUN, Promise.BYSTANDERS, Promise.OWNER, Promise.TWO_SCANS)
def create_compliance_requirements(tenant_id: str, scan_id: str) -> Outcome:
    """Replace the compliance rows and summaries of one scan; see ``bench.compliance.contract.Implementation``."""
    with rls_transaction(tenant_id, using=REPLICA):
        provider = Scan.objects.using(REPLICA).get(id=scan_id).provider.provider
    catalogue = compliance_catalogue(provider)
    rows: list[Row] = []
    regions: list[str] = []
    created = 0

    if catalogue:
        with rls_transaction(tenant_id, using=REPLICA):
            statuses, threatscore = aggregate_findings(tenant_id, scan_id)
        regions = list(statuses)
        checks = count_checks(catalogue, statuses)
        rows = build_rows(tenant_id, scan_id, timezone.now(), catalogue, checks, threatscore)
        created = persist_rows(tenant_id, scan_id, rows)
    replace_summaries(tenant_id, scan_id, summarise(rows))

    return {
        "requirements_created": created,
        "regions_processed": regions,
        "compliance_frameworks": list(catalogue) if regions else [],
    }


def aggregate_findings(tenant_id: str, scan_id: str) -> tuple[StatusByRegion, ThreatScoreByRegion]:
    """Read every counted finding as a model instance, with its resources, and fold them by region."""
    findings = (
        Finding.objects.using(REPLICA)
        .filter(tenant_id=tenant_id, scan_id=scan_id, muted=False, status__in=["PASS", "FAIL"])
        .only("id", "status", "check_id", "compliance")
        .prefetch_related(Prefetch("resources", queryset=Resource.objects.only("id", "region")))
    )
    statuses: StatusByRegion = {}
    threatscore: ThreatScoreByRegion = {}
    for finding in findings:
        compliance: Any = finding.compliance
        for resource in finding.resources.all():
            region = resource.region
            checks = statuses.setdefault(region, {})
            if checks.get(finding.check_id) != "FAIL":
                checks[finding.check_id] = finding.status
            if THREATSCORE_KEY in (compliance or {}):
                requirements = threatscore.setdefault(region, {})
                for requirement_id in compliance[THREATSCORE_KEY]:
                    counts = requirements.setdefault(requirement_id, {"passed": 0, "total": 0})
                    counts["total"] += 1
                    if finding.status == "PASS":
                        counts["passed"] += 1
    return statuses, threatscore


def count_checks(catalogue: Catalogue, statuses: StatusByRegion) -> ChecksByRegion:
    """Count each requirement's passed and failed checks in each region, by way of the checks that were seen."""
    requirements_by_check: dict[str, list[tuple[str, str]]] = {}
    for compliance_id, framework in catalogue.items():
        for requirement_id, requirement in framework["requirements"].items():
            key = (compliance_id, requirement_id)
            for check in requirement["checks"]:
                requirements_by_check.setdefault(check, []).append(key)

    checks: ChecksByRegion = {}
    for region, checks_in_region in statuses.items():
        counts = checks[region] = {}
        for check, status in checks_in_region.items():
            for key in requirements_by_check.get(check, ()):
                count = counts.setdefault(key, {"PASS": 0, "FAIL": 0})
                count[status] += 1
    return checks


def build_rows(
    tenant_id: str,
    scan_id: str,
    inserted_at: datetime,
    catalogue: Catalogue,
    checks: ChecksByRegion,
    threatscore: ThreatScoreByRegion,
) -> list[Row]:
    """Build every row of the scan, region by region: the list that grows with regions × requirements."""
    rows: list[Row] = []
    no_checks = {"PASS": 0, "FAIL": 0}
    no_findings = {"passed": 0, "total": 0}
    for region, checks_in_region in checks.items():
        for compliance_id, framework in catalogue.items():
            version = framework.get("version") or ""
            is_threatscore = _normalise(framework["framework"] + version) == _normalise(THREATSCORE_KEY)
            for requirement_id, requirement in framework["requirements"].items():
                counts = checks_in_region.get((compliance_id, requirement_id), no_checks)
                total = len(requirement["checks"])
                findings = no_findings
                if is_threatscore:
                    findings = threatscore.get(region, {}).get(requirement_id, no_findings)
                rows.append(
                    {
                        "id": uuid4(),
                        "tenant_id": tenant_id,
                        "inserted_at": inserted_at,
                        "compliance_id": compliance_id,
                        "framework": framework["framework"],
                        "version": version,
                        "description": requirement.get("description") or "",
                        "region": region,
                        "requirement_id": requirement_id,
                        "requirement_status": _status(counts["FAIL"], total),
                        "passed_checks": counts["PASS"],
                        "failed_checks": counts["FAIL"],
                        "total_checks": total,
                        "passed_findings": findings["passed"],
                        "total_findings": findings["total"],
                        "scan_id": scan_id,
                    }
                )
    return rows


def persist_rows(tenant_id: str, scan_id: str, rows: list[Row]) -> int:
    """Delete the scan's old rows, then COPY the new ones in batches; where a COPY fails, insert all through the ORM."""
    with rls_transaction(tenant_id):
        ComplianceRequirementOverview.objects.filter(scan_id=scan_id).delete()
    try:
        for start in range(0, len(rows), COPY_BATCH_SIZE):
            copy_rows(tenant_id, rows[start : start + COPY_BATCH_SIZE])
    except Exception:  # whatever stopped COPY, the ORM gets its try, as in production
        logger.exception("COPY failed; inserting all rows through the ORM")
        insert_rows(tenant_id, rows)
    return len(rows)


def copy_rows(tenant_id: str, rows: Sequence[Row]) -> None:
    """COPY one batch in a transaction of a connection of its own."""
    with admin_connection() as connection, connection.cursor() as cursor:
        cursor.execute(SET_TENANT, [tenant_id])
        write_csv(cursor, rows)


def write_csv(cursor: psycopg.Cursor, rows: Sequence[Row]) -> None:
    """COPY one batch as CSV, formatted as a whole and sent in pieces."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([row[column] for column in COLUMNS])
    buffer.seek(0)

    with cursor.copy(_copy_statement()) as copy:
        while characters := buffer.read(COPY_READ_CHARACTERS):
            copy.write(characters)


def _copy_statement() -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    # With this null marker an empty field is an empty text. A text that reads \N fails, and takes the ORM's way.
    return sql.SQL(r"COPY {} ({}) FROM STDIN (FORMAT csv, NULL '\N')").format(
        sql.Identifier(ComplianceRequirementOverview._meta.db_table), columns
    )


def insert_rows(tenant_id: str, rows: Sequence[Row]) -> None:
    with rls_transaction(tenant_id):
        ComplianceRequirementOverview.objects.bulk_create(
            [ComplianceRequirementOverview(**row) for row in rows], batch_size=INSERT_BATCH_SIZE
        )


def summarise(rows: list[Row]) -> Summaries:
    """Count each framework's requirements over all regions, from the finished list."""
    regional: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        regional.setdefault((row["compliance_id"], row["requirement_id"]), []).append(row["requirement_status"])

    summaries: Summaries = {}
    for (compliance_id, _), statuses in regional.items():
        count = summaries.setdefault(compliance_id, {"PASS": 0, "FAIL": 0, "MANUAL": 0})
        if "FAIL" in statuses:
            count["FAIL"] += 1
        elif all(status == "PASS" for status in statuses):
            count["PASS"] += 1
        else:
            count["MANUAL"] += 1
    return summaries


def replace_summaries(tenant_id: str, scan_id: str, summaries: Summaries) -> None:
    with rls_transaction(tenant_id):
        ComplianceOverviewSummary.objects.filter(scan_id=scan_id).delete()
        ComplianceOverviewSummary.objects.bulk_create(
            [
                ComplianceOverviewSummary(
                    tenant_id=tenant_id,
                    scan_id=scan_id,
                    compliance_id=compliance_id,
                    requirements_passed=count["PASS"],
                    requirements_failed=count["FAIL"],
                    requirements_manual=count["MANUAL"],
                    total_requirements=sum(count.values()),
                )
                for compliance_id, count in summaries.items()
            ],
            batch_size=INSERT_BATCH_SIZE,
            ignore_conflicts=True,
        )


def _status(failed: int, total: int) -> str:
    if not total:
        return "MANUAL"
    return "FAIL" if failed else "PASS"


def _normalise(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
