"""``create_compliance_requirements`` as the pull request (#11591) made it; in production from June to July 2026.

Read it beside ``reference_impl/task.py``. Functions of the same purpose have the same name and stand in the same order;
new here are ``_Framework`` with ``_frameworks``, and ``SummaryTally`` in place of ``summarise``.
"""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import uuid4

import psycopg
from django.utils import timezone
from psycopg import sql

from bench.compliance.contract import THREATSCORE_KEY, Catalogue, Outcome, compliance_catalogue
from bench.compliance.schema.connections import SET_TENANT, admin_connection, rls_transaction
from bench.compliance.schema.models import ComplianceOverviewSummary, ComplianceRequirementOverview, Finding, Scan
from bench.database.access import REPLICA
from bench.declare import Law, Promise, Step, declares, diverges, promises
from optimized_impl.divergences import COMPLIANCE, NUL

logger = logging.getLogger(__name__)

FINDINGS_CHUNK_SIZE = 1_000
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
    Law("statements_django", 18),
    # Each batch: BEGIN, set_config, COPY, COMMIT; besides the FETCHes one more that finds the end, and CLOSE.
    Law("statements_server", 20, (Step(4, COPY_BATCH_SIZE, "rows"), Step(1, FINDINGS_CHUNK_SIZE, "counted findings"))),
)
@diverges(*COMPLIANCE, *NUL)
@promises(Promise.RERUN, Promise.BYSTANDERS, Promise.OWNER, Promise.TWO_SCANS)
def create_compliance_requirements(tenant_id: str, scan_id: str) -> Outcome:
    """Replace the compliance rows and summaries of one scan; see ``bench.compliance.contract.Implementation``."""
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
        rows = build_rows(tenant_id, scan_id, timezone.now(), catalogue, checks, threatscore, tally)
        created = persist_rows(tenant_id, scan_id, rows)
    # The tally is complete: persisting has consumed every row, or raised.
    replace_summaries(tenant_id, scan_id, tally.summaries())

    return {
        "requirements_created": created,
        "regions_processed": regions,
        "compliance_frameworks": list(catalogue) if regions else [],
    }


def aggregate_findings(tenant_id: str, scan_id: str) -> tuple[StatusByRegion, ThreatScoreByRegion]:
    """Fold counted findings by region while a server-side cursor delivers them as tuples, a chunk at a time."""
    findings = (
        Finding.objects.using(REPLICA)
        .filter(tenant_id=tenant_id, scan_id=scan_id, muted=False, status__in=["PASS", "FAIL"])
        .values_list("check_id", "status", "resource_regions", "compliance")
        .iterator(chunk_size=FINDINGS_CHUNK_SIZE)
    )
    statuses: StatusByRegion = {}
    threatscore: ThreatScoreByRegion = {}
    for check_id, status, regions, compliance in findings:
        for region in regions or ():
            checks = statuses.setdefault(region, {})
            if checks.get(check_id) != "FAIL":
                checks[check_id] = status
            for requirement_id in (compliance or {}).get(THREATSCORE_KEY) or ():
                counts = threatscore.setdefault(region, {}).setdefault(requirement_id, {"passed": 0, "total": 0})
                counts["total"] += 1
                if status == "PASS":
                    counts["passed"] += 1
    return statuses, threatscore


@dataclass(frozen=True)
class _Framework:
    """What every row of one framework shares, computed once instead of once per region."""

    compliance_id: str
    name: str
    version: str
    is_threatscore: bool
    requirements: tuple[tuple[str, str, int], ...]
    """(requirement id, description, number of checks)"""


def _frameworks(catalogue: Catalogue) -> list[_Framework]:
    frameworks = []
    for compliance_id, framework in catalogue.items():
        version = framework.get("version") or ""
        frameworks.append(
            _Framework(
                compliance_id=compliance_id,
                name=framework["framework"],
                version=version,
                is_threatscore=_normalise(framework["framework"] + version) == _normalise(THREATSCORE_KEY),
                requirements=tuple(
                    (requirement_id, requirement.get("description") or "", len(requirement["checks"]))
                    for requirement_id, requirement in framework["requirements"].items()
                ),
            )
        )
    return frameworks


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
    tally: SummaryTally,
) -> Iterator[Row]:
    """Yield the rows of the scan, region by region; ``tally`` counts each as it passes."""
    frameworks = _frameworks(catalogue)
    no_checks = {"PASS": 0, "FAIL": 0}
    no_findings = {"passed": 0, "total": 0}
    for region, checks_in_region in checks.items():
        threatscore_in_region = threatscore.get(region, {})
        for framework in frameworks:
            for requirement_id, description, total in framework.requirements:
                counts = checks_in_region.get((framework.compliance_id, requirement_id), no_checks)
                findings = (
                    threatscore_in_region.get(requirement_id, no_findings) if framework.is_threatscore else no_findings
                )
                status = _status(counts["FAIL"], total)
                tally.add(framework.compliance_id, requirement_id, status)
                yield {
                    "id": uuid4(),
                    "tenant_id": tenant_id,
                    "inserted_at": inserted_at,
                    "compliance_id": framework.compliance_id,
                    "framework": framework.name,
                    "version": framework.version,
                    "description": description,
                    "region": region,
                    "requirement_id": requirement_id,
                    "requirement_status": status,
                    "passed_checks": counts["PASS"],
                    "failed_checks": counts["FAIL"],
                    "total_checks": total,
                    "passed_findings": findings["passed"],
                    "total_findings": findings["total"],
                    "scan_id": scan_id,
                }


def persist_rows(tenant_id: str, scan_id: str, rows: Iterable[Row]) -> int:
    """Delete the scan's old rows, then COPY the new ones in batches; a batch that COPY refuses goes through the ORM."""
    with rls_transaction(tenant_id):
        ComplianceRequirementOverview.objects.filter(scan_id=scan_id).delete()
    created = 0
    remaining = iter(rows)
    while batch := list(islice(remaining, COPY_BATCH_SIZE)):
        try:
            copy_rows(tenant_id, batch)
        except Exception:  # whatever stopped COPY, the ORM gets its try, as in production
            logger.exception("COPY failed; inserting this batch through the ORM")
            insert_rows(tenant_id, batch)
        created += len(batch)
    return created


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


class SummaryTally:
    """Counts each framework's requirements over all regions while the rows pass by."""

    def __init__(self) -> None:
        self._statuses: dict[str, dict[str, set[str]]] = {}

    def add(self, compliance_id: str, requirement_id: str, status: str) -> None:
        """Count one row."""
        self._statuses.setdefault(compliance_id, {}).setdefault(requirement_id, set()).add(status)

    def clear(self) -> None:
        """Forget all rows, for an iterator that starts again."""
        self._statuses.clear()

    def summaries(self) -> Summaries:
        """Return the counts; right once every row has been added."""
        summaries: Summaries = {}
        for compliance_id, requirements in self._statuses.items():
            count = summaries[compliance_id] = {"PASS": 0, "FAIL": 0, "MANUAL": 0}
            for statuses in requirements.values():
                if "FAIL" in statuses:
                    count["FAIL"] += 1
                elif statuses == {"PASS"}:
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
