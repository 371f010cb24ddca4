"""What an earlier run left, compared with what this one would write: rows that are equal stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

import psycopg
from psycopg.rows import class_row

from bench.compliance.contract import Catalogue
from optimized_impl.pushdown.findings import CountedFindings
from optimized_impl.pushdown.requirements import Framework, frameworks, outcomes
from optimized_impl.pushdown.result_stream import result_stream
from optimized_impl.pushdown.rows import KeptRegions

MOST_STALE = 0.5
"""If more than this share of the rows is stale, all are deleted and written anew: selecting saves too little."""

# One result row per requirement and set of texts. The cast is needed: to a client that does not know the enum type, an
# array of it is one string.
_STORED = """
    SELECT compliance_id, requirement_id, framework, version, description, total_checks,
        array_agg(region) AS regions, array_agg(requirement_status::text) AS statuses,
        array_agg(passed_checks) AS passed_checks, array_agg(failed_checks) AS failed_checks,
        array_agg(passed_findings) AS passed_findings, array_agg(total_findings) AS total_findings
    FROM compliance_requirements_overviews
    WHERE tenant_id = %s AND scan_id = %s
    GROUP BY compliance_id, requirement_id, framework, version, description, total_checks
    ORDER BY compliance_id
"""
_DELETE_ALL = "DELETE FROM compliance_requirements_overviews WHERE tenant_id = %s AND scan_id = %s"
# ``kept`` is a string of binary digits, one per region of this run; a region of an earlier run has no digit.
_DELETE_STALE = """
    DELETE FROM compliance_requirements_overviews AS stored
    USING unnest(%(compliance_ids)s::text[], %(requirement_ids)s::text[], %(kept)s::text[])
        AS stale (compliance_id, requirement_id, kept)
    WHERE stored.tenant_id = %(tenant)s AND stored.scan_id = %(scan)s
        AND stored.compliance_id = stale.compliance_id AND stored.requirement_id = stale.requirement_id
        AND substr(stale.kept, array_position(%(regions)s::text[], stored.region), 1) IS DISTINCT FROM '1'
"""


@dataclass(frozen=True)
class StaleRequirement:
    """A StaleRequirement has stored rows to delete: all but those of the regions in ``kept``."""

    compliance_id: str
    requirement_id: str
    kept: int


@dataclass(frozen=True)
class Difference:
    """A Difference says which of a scan's stored rows have to be deleted, and which may stay."""

    stale: tuple[StaleRequirement, ...] | None
    """None: all rows have to be deleted."""
    kept: KeptRegions
    kept_count: int


@dataclass(frozen=True)
class _StoredRequirement:
    """The stored rows of one requirement that share their texts; each list has one entry per row."""

    compliance_id: str
    requirement_id: str
    framework: str
    version: str
    description: str
    total_checks: int
    regions: list[str]
    statuses: list[str]
    passed_checks: list[int]
    failed_checks: list[int]
    passed_findings: list[int]
    total_findings: list[int]


def compare_stored(
    connection: psycopg.Connection, tenant_id: str, scan_id: str, catalogue: Catalogue, findings: CountedFindings
) -> Difference:
    """Compare the scan's stored rows, all columns but id and inserted_at, with those that ``findings`` give."""
    known = {framework.compliance_id: framework for framework in frameworks(catalogue)}
    places = {region: place for place, region in enumerate(findings.regions)}
    most_stale = MOST_STALE * len(places) * sum(len(framework.requirements) for framework in known.values())
    kept: dict[str, list[int]] = {}
    stale: list[StaleRequirement] = []
    stale_count = 0
    with (
        connection.cursor(row_factory=class_row(_StoredRequirement)) as cursor,
        result_stream(cursor, _STORED, [tenant_id, scan_id]) as stored,
    ):
        for compliance_id, requirements in groupby(stored, key=attrgetter("compliance_id")):
            # Read on without comparing: closing the stream early would cancel the query and abort the transaction.
            if stale_count > most_stale:
                continue
            framework = known.get(compliance_id)
            kept_here: dict[str, int] = dict.fromkeys(framework.requirement_ids() if framework else (), 0)
            stale_here: dict[str, None] = {}
            for requirement in requirements:
                equal = _equal_regions(requirement, framework, findings, places)
                if equal:
                    kept_here[requirement.requirement_id] |= equal
                unequal = len(requirement.regions) - equal.bit_count()
                if unequal:
                    stale_here[requirement.requirement_id] = None
                    stale_count += unequal
            kept[compliance_id] = list(kept_here.values())
            stale += (StaleRequirement(compliance_id, each, kept_here.get(each, 0)) for each in stale_here)
    if stale_count > most_stale:
        return Difference(stale=None, kept={}, kept_count=0)
    kept_count = sum(regions.bit_count() for kept_here in kept.values() for regions in kept_here)
    return Difference(stale=tuple(stale), kept=kept, kept_count=kept_count)


def delete_stale(
    cursor: psycopg.Cursor, tenant_id: str, scan_id: str, findings: CountedFindings, difference: Difference
) -> None:
    """Delete the stored rows that ``difference`` names."""
    if difference.stale is None:
        cursor.execute(_DELETE_ALL, [tenant_id, scan_id])
        return
    values = {
        "tenant": tenant_id,
        "scan": scan_id,
        "regions": list(findings.regions),
        "compliance_ids": [stale.compliance_id for stale in difference.stale],
        "requirement_ids": [stale.requirement_id for stale in difference.stale],
        "kept": [f"{stale.kept:0{len(findings.regions)}b}"[::-1] for stale in difference.stale],
    }
    cursor.execute(_DELETE_STALE, values)


def _equal_regions(
    requirement: _StoredRequirement,
    framework: Framework | None,
    findings: CountedFindings,
    places: Mapping[str, int],
) -> int:
    """Return, as a bit set, the regions whose stored row is what would be written."""
    if framework is None or requirement.requirement_id not in framework.requirements:
        return 0
    wanted = framework.requirements[requirement.requirement_id]
    texts = (framework.name, framework.version, wanted.get("description") or "", len(wanted["checks"]))
    if texts != (requirement.framework, requirement.version, requirement.description, requirement.total_checks):
        return 0
    wanted_outcomes = outcomes(framework, requirement.requirement_id, findings)
    stored_outcomes = zip(
        requirement.statuses,
        requirement.passed_checks,
        requirement.failed_checks,
        requirement.passed_findings,
        requirement.total_findings,
        strict=True,
    )
    equal = 0
    for region, outcome in zip(requirement.regions, stored_outcomes, strict=True):
        place = places.get(region)
        if place is not None and wanted_outcomes[place] == outcome:
            equal |= 1 << place
    return equal
