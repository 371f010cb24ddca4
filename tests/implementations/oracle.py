"""The oracle: rows and summaries by the numbered rules, in plain Python over the two JSON files.

It shares no code with the implementations, and asks the whole scan again for every number: nothing is kept between
one row and the next that could be kept wrongly.
"""

from __future__ import annotations

import string
from typing import Literal

from tests.implementations.case import Json, Row, Summary, Text, Written, written

Reading = Literal["by resources", "by array"]
"""Where a finding's regions are read: the one thing in which the implementations were meant to differ."""

SIGNIFICANT = string.ascii_lowercase + string.digits


def expected(scan: Json, catalogue: Json, reading: Reading) -> Written:
    """What a run leaves and returns (rules 2 to 6, 9 and 10)."""
    seen = counted_regions(scan, reading)
    findings = [found for found in scan["findings"] if counts(found)]
    lines = [
        _row(findings, reading, region, compliance_id, requirement_id, catalogue)
        for region in seen
        for compliance_id, framework in catalogue.items()
        for requirement_id in framework["requirements"]
    ]
    return written(lines, [_summary(lines, compliance_id) for compliance_id in catalogue] if seen else [], seen)


def texts(catalogue: Json) -> tuple[Text, ...]:
    """What the rows of each requirement copy (rule 7), sorted."""
    return tuple(
        sorted(
            Text(
                compliance_id,
                requirement_id,
                framework["framework"],
                framework.get("version") or "",
                requirement.get("description") or "",
            )
            for compliance_id, framework in catalogue.items()
            for requirement_id, requirement in framework["requirements"].items()
        )
    )


def counts(finding: Json) -> bool:
    """Rule 2, within one scan."""
    return finding["status"] in ("PASS", "FAIL") and not finding.get("muted")


def regions_of(finding: Json, reading: Reading) -> list[str]:
    """Every region of a finding, as often as it stands there (rule 3)."""
    of_resources = [resource["region"] for resource in finding.get("resources") or []]
    if reading == "by resources":
        return of_resources
    return list(finding.get("resource_regions", dict.fromkeys(of_resources)) or [])


def counted_regions(scan: Json, reading: Reading) -> list[str]:
    """Rule 4."""
    return list(
        dict.fromkeys(
            region for finding in scan["findings"] if counts(finding) for region in regions_of(finding, reading)
        )
    )


def is_threatscore(framework: Json) -> bool:
    """Rule 6: whether ThreatScore's findings land on this framework."""
    name = (framework["framework"] + (framework.get("version") or "")).lower()
    return "".join(character for character in name if character in SIGNIFICANT) == "prowlerthreatscore10"


def listed_requirements(finding: Json) -> list[str]:
    """Rule 6: the ThreatScore requirements of a finding, none where ``compliance`` is no object or has null there."""
    compliance = finding.get("compliance")
    return (compliance.get("ProwlerThreatScore-1.0") or []) if isinstance(compliance, dict) else []


def _row(
    findings: list[Json], reading: Reading, region: str, compliance_id: str, requirement_id: str, catalogue: Json
) -> Row:
    framework = catalogue[compliance_id]
    checks = set(framework["requirements"][requirement_id]["checks"])
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
    )


def _summary(lines: list[Row], compliance_id: str) -> Summary:
    """Rule 9."""
    statuses: dict[str, set[str]] = {}
    for line in lines:
        if line.compliance_id == compliance_id:
            statuses.setdefault(line.requirement_id, set()).add(line.status)
    failed = sum("FAIL" in found for found in statuses.values())
    passed = sum(found == {"PASS"} for found in statuses.values())
    return Summary(compliance_id, passed, failed, len(statuses) - passed - failed, len(statuses))
