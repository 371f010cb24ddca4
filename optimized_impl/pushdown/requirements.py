"""The catalogue in the order of the rows, and the outcome of each requirement in each region."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.compliance.contract import THREATSCORE_KEY, Catalogue
from bench.compliance.contract import Requirement as CatalogueRequirement
from optimized_impl.pushdown.findings import CountedFindings, Counters

RowOutcome = tuple[str, int, int, int, int]
"""One row's status, passed checks, failed checks, passed findings and total findings."""

Sums = tuple[str, Counters, Counters]
"""A requirement's status where no check failed, and its passed and failed checks in all regions. Outside ThreatScore,
requirements with equal sums have equal outcomes."""


@dataclass(frozen=True)
class Framework:
    """A Framework is one framework of the catalogue, with the values that all its rows share."""

    compliance_id: str
    name: str
    version: str
    is_threatscore: bool
    requirements: Mapping[str, CatalogueRequirement]

    def requirement_ids(self) -> list[str]:
        """Its requirement ids, sorted by their bytes."""
        return sorted(self.requirements)


def frameworks(catalogue: Catalogue) -> Iterator[Framework]:
    """Yield the frameworks sorted by the bytes of their ids, the order of the rows' unique index."""
    for compliance_id in sorted(catalogue):
        framework = catalogue[compliance_id]
        version = framework.get("version") or ""
        yield Framework(
            compliance_id=compliance_id,
            name=framework["framework"],
            version=version,
            is_threatscore=_normalise(framework["framework"] + version) == _normalise(THREATSCORE_KEY),
            requirements=framework["requirements"],
        )


def sums(framework: Framework, requirement_id: str, findings: CountedFindings) -> Sums:
    """Return the sums of the requirement's checks."""
    checks = framework.requirements[requirement_id]["checks"]
    return "PASS" if checks else "MANUAL", findings.passed_of(checks), findings.failed_of(checks)


def outcomes(framework: Framework, requirement_id: str, findings: CountedFindings) -> list[RowOutcome]:
    """Return the requirement's outcome in each region, in the order of ``findings.regions``."""
    unless_failed, passed, failed = sums(framework, requirement_id, findings)
    scores = findings.scores.get(requirement_id) if framework.is_threatscore else None
    failed_by_region = findings.by_region(failed)
    statuses = ["FAIL" if count else unless_failed for count in failed_by_region]
    no_scores = [0] * len(findings.regions)
    scored = (scores.passed, scores.total) if scores else (no_scores, no_scores)
    return list(zip(statuses, findings.by_region(passed), failed_by_region, *scored, strict=True))


def _normalise(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
