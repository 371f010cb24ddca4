"""A case: a scan and a catalogue in the suite's own file formats, and what a run of the task promises on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from bench.compliance.written import ByHand

Json = dict[str, Any]
"""A JSON object as a file holds it."""

PROVIDER = "aws"
THREATSCORE = "ProwlerThreatScore-1.0"
"""The key of ThreatScore's requirements in a finding's ``compliance``, spelled out: the suite trusts no constant."""

NUL = "\N{SYMBOL FOR NULL}"
"""Stands for NUL in the catalogue of a case: the worker's copy has NUL in its place, which no file may hold."""

Asked = Literal["scan", "missing scan", "deleted provider", "scan of another tenant", "other tenant"]
"""Which scan a run is asked for, and under which tenant; ``scan`` is the loaded one under its own."""


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An Earlier is what an earlier run of the same implementation saw of the same scan."""

    findings: tuple[Json, ...]
    catalogue: Json


@dataclass(frozen=True, kw_only=True)
class Case:
    """A Case is one promise with its scan and catalogue; what the run must leave, the oracle says."""

    promise: str
    findings: tuple[Json, ...]
    catalogue: Json
    by_hand: ByHand | None = None
    """What the run must leave where a person worked it out, too; the oracle must agree."""
    in_order: bool = False
    """Whether the order of the returned regions is checked. Else it is the server's own choice."""
    earlier: Earlier | None = None
    asked: Asked = "scan"
    refused: str | None = None
    """The name of the error's class, or '' for any, where the run must raise and leave everything as it was."""

    @property
    def scan(self) -> Json:
        """The content of the scan file."""
        return scan_of(self.findings)


def scan_of(findings: Iterable[Json]) -> Json:
    """The content of a scan file."""
    return {"provider": PROVIDER, "findings": list(findings)}


def case(
    promise: str,
    findings: Iterable[Json],
    catalogue: Json,
    by_hand: ByHand | None = None,
    *,
    in_order: bool = False,
    earlier: Earlier | None = None,
) -> Case:
    """A case in which the run writes."""
    return Case(
        promise=promise,
        findings=tuple(findings),
        catalogue=catalogue,
        by_hand=by_hand,
        in_order=in_order,
        earlier=earlier,
    )


def finding(check_id: str, status: str, *regions: str, **members: Any) -> Json:
    """A finding with one resource in each of ``regions``; its array is theirs unless ``resource_regions`` is given."""
    resources = [{"region": region} for region in regions]
    return {"check_id": check_id, "status": status, "resources": resources, **members}


def scored(*requirement_ids: str) -> Json:
    """The ``compliance`` of a finding that ThreatScore counts for ``requirement_ids``."""
    return {THREATSCORE: list(requirement_ids)}


def framework(name: str, version: str | None = None, /, **checks: list[str]) -> Json:
    """A framework of the catalogue file: the checks by requirement id, each described by its id."""
    return with_requirements(name, version, checks)


def with_requirements(name: str, version: str | None, checks: dict[str, list[str]]) -> Json:
    """``framework`` for requirement ids of any form."""
    requirements = {key: {"description": f"About {key}", "checks": names} for key, names in checks.items()}
    return {"framework": name, "requirements": requirements} | ({} if version is None else {"version": version})


CIS = framework("CIS", "3.0", **{"1": ["a"], "2": ["a", "b"]})
SCORE = framework("ProwlerThreatScore", "1.0", **{"1.1": ["a"], "1.2": []})
