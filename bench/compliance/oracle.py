"""The oracle: rows and summaries by the numbered rules, in plain Python over the two JSON files, simple and slow.

It shares no code with any implementation, and reads the whole scan again for every row, so that no state can go stale
between rows.
"""

from __future__ import annotations

import string
from typing import Literal

from bench.compliance.cases.case import Json
from bench.compliance.written import Row, Summary, Written

Reading = Literal["by array", "by resources"]
"""Where a finding's regions are read: the only change of results that the pull request intended."""

SIGNIFICANT = string.ascii_lowercase + string.digits


def expected(scan: Json, catalogue: Json, reading: Reading = "by array") -> Written:
    """Return what a run leaves and returns (rules 2 to 7, 9 and 10)."""
    if not catalogue:
        return Written(rows_stay=True)
    seen = counted_regions(scan, reading)
    findings = [found for found in scan["findings"] if counts(found)]
    lines = [
        _row(findings, reading, region, compliance_id, requirement_id, catalogue)
        for region in seen
        for compliance_id, framework in catalogue.items()
        for requirement_id in framework["requirements"]
    ]
    frameworks = tuple(catalogue) if seen else ()
    summarised = [name for name in frameworks if catalogue[name]["requirements"]]
    return Written(
        rows=tuple(sorted(lines)),
        summaries=tuple(sorted(_summary(lines, compliance_id) for compliance_id in summarised)),
        regions=tuple(seen),
        frameworks=frameworks,
    )


def counts(finding: Json) -> bool:
    """Return whether a finding counts (rule 2)."""
    return finding["status"] in ("PASS", "FAIL") and not finding.get("muted")


def regions_of(finding: Json, reading: Reading) -> list[str]:
    """Return the regions of a finding, repetitions included (rule 3)."""
    of_resources = [resource["region"] for resource in finding.get("resources") or []]
    if reading == "by resources":
        return of_resources
    return list(finding.get("resource_regions", dict.fromkeys(of_resources)) or [])


def counted_regions(scan: Json, reading: Reading) -> list[str]:
    """Return the regions with a counted finding, in order of first appearance (rule 4)."""
    return list(
        dict.fromkeys(
            region for finding in scan["findings"] if counts(finding) for region in regions_of(finding, reading)
        )
    )


def is_threatscore(framework: Json) -> bool:
    """Return whether ThreatScore counts are stored with this framework (rule 6)."""
    name = (framework["framework"] + (framework.get("version") or "")).lower()
    return "".join(character for character in name if character in SIGNIFICANT) == "prowlerthreatscore10"


def listed_requirements(finding: Json) -> list[object]:
    """Return a finding's ThreatScore requirements (rule 6); none if ``compliance`` or its entry has another type."""
    compliance = finding.get("compliance")
    listed = compliance.get("ProwlerThreatScore-1.0") if isinstance(compliance, dict) else None
    return listed if isinstance(listed, list) else []


def _row(
    findings: list[Json], reading: Reading, region: str, compliance_id: str, requirement_id: str, catalogue: Json
) -> Row:
    framework = catalogue[compliance_id]
    requirement = framework["requirements"][requirement_id]
    checks = set(requirement["checks"])
    in_region = [finding for finding in findings if region in regions_of(finding, reading)]
    seen = {finding["check_id"] for finding in in_region} & checks
    failed = {finding["check_id"] for finding in in_region if finding["status"] == "FAIL"} & checks
    status = "MANUAL" if not checks else "FAIL" if failed else "PASS"
    listings = [
        finding["status"]
        for finding in in_region
        if is_threatscore(framework)
        for _ in range(regions_of(finding, reading).count(region))
        for listed in listed_requirements(finding)
        if listed == requirement_id
    ]
    return Row(
        compliance_id,
        requirement_id,
        region,
        status,
        len(seen - failed),
        len(failed),
        len(checks),
        listings.count("PASS"),
        len(listings),
        framework["framework"],
        framework.get("version") or "",
        requirement.get("description") or "",
    )


def _summary(lines: list[Row], compliance_id: str) -> Summary:
    """Return the summary of one framework (rule 9)."""
    statuses: dict[str, set[str]] = {}
    for line in lines:
        if line.compliance_id == compliance_id:
            statuses.setdefault(line.requirement_id, set()).add(line.requirement_status)
    failed = sum("FAIL" in found for found in statuses.values())
    passed = sum(found == {"PASS"} for found in statuses.values())
    return Summary(compliance_id, passed, failed, len(statuses) - passed - failed, len(statuses))
