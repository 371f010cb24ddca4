"""A case: a scan and a catalogue in the suite's own file formats, and what each implementation must make of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

Json = dict[str, Any]
"""A JSON object as a file holds it."""

PROVIDER = "aws"
THREATSCORE = "ProwlerThreatScore-1.0"
"""The key of ThreatScore's requirements in a finding's ``compliance``, spelled out: the tests trust no constant."""


class Row(NamedTuple):
    """A Row is what one requirement comes to in one region, without the texts that it copies from the catalogue."""

    compliance_id: str
    requirement_id: str
    region: str
    status: str
    passed_checks: int
    failed_checks: int
    total_checks: int
    passed_findings: int = 0
    total_findings: int = 0


class Text(NamedTuple):
    """A Text is what every row of one requirement copies from the catalogue."""

    compliance_id: str
    requirement_id: str
    framework: str
    version: str
    description: str


class Summary(NamedTuple):
    """A Summary is how many requirements of one framework passed, failed and are manual, and how many there are."""

    compliance_id: str
    passed: int
    failed: int
    manual: int
    total: int


@dataclass(frozen=True)
class Written:
    """Written is what a run leaves of its scan, sorted; ``regions`` is in the order in which the run returns them."""

    rows: tuple[Row, ...] = ()
    summaries: tuple[Summary, ...] = ()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Raised:
    """Raised is what a run raises instead: the name of the class, and its whole message."""

    error: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """A Case is one promise, with its scan and catalogue, and what the two implementations do with them."""

    promise: str
    findings: tuple[Json, ...]
    catalogue: Json
    before: Written | Raised
    after: Written | Raised
    texts: tuple[Text, ...] = ()
    """Every Text of the catalogue, sorted, where the case is about them; else empty."""

    @property
    def scan(self) -> Json:
        """The content of the scan file."""
        return {"provider": PROVIDER, "findings": list(self.findings)}


def same(
    promise: str,
    findings: Iterable[Json],
    catalogue: Json,
    written: Written,
    texts: Iterable[Text] = (),
) -> Case:
    """A case in which both implementations write the same."""
    return Case(
        promise=promise,
        findings=tuple(findings),
        catalogue=catalogue,
        before=written,
        after=written,
        texts=tuple(sorted(texts)),
    )


def written(rows: Iterable[Row] = (), summaries: Iterable[Summary] = (), regions: Iterable[str] = ()) -> Written:
    """What a run leaves, from rows and summaries in any order."""
    return Written(tuple(sorted(rows)), tuple(sorted(summaries)), tuple(regions))


def rows(*lines: str) -> list[Row]:
    """Rows whose names hold no blanks: ``cis 1.1 eu PASS 1/0/2``, passed/failed/total checks, and after a further
    blank passed/total findings of ThreatScore where they are not 0/0."""
    found = []
    for line in lines:
        compliance_id, requirement_id, region, status, checks, *findings = line.split()
        counts = [int(count) for part in (checks, *findings) for count in part.split("/")]
        found.append(Row(compliance_id, requirement_id, region, status, *counts))
    return found


def summaries(*lines: str) -> list[Summary]:
    """Summaries of frameworks whose names hold no blanks: ``cis 2/1/0/3``, passed/failed/manual/total."""
    return [Summary(name, *map(int, counts.split("/"))) for name, counts in (line.split() for line in lines)]


def finding(check_id: str, status: str, *regions: str, **members: Any) -> Json:
    """A finding with one resource in each of ``regions``; its array is theirs unless ``resource_regions`` is given."""
    resources = [{"region": region} for region in regions]
    return {"check_id": check_id, "status": status, "resources": resources, **members}


def scored(*requirement_ids: str) -> Json:
    """The ``compliance`` of a finding that ThreatScore counts for ``requirement_ids``."""
    return {THREATSCORE: list(requirement_ids)}


def framework(name: str, version: str | None = None, **checks: list[str]) -> Json:
    """A framework of the catalogue file: the checks by requirement id, each described by its id."""
    requirements = {key: {"description": f"About {key}", "checks": names} for key, names in checks.items()}
    return {"framework": name, "requirements": requirements} | ({} if version is None else {"version": version})
