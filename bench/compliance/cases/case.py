"""A case: a scan and a catalogue in the suite's file formats, and the rule that a run must follow on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from bench.compliance.written import ByHand

Json = dict[str, Any]
"""A JSON object."""

PROVIDER = "aws"
THREATSCORE = "ProwlerThreatScore-1.0"
"""The key of ThreatScore's requirements in a finding's ``compliance``.

Spelled out, so that the suite does not depend on an implementation's constant.
"""

NUL = "\N{SYMBOL FOR NULL}"
"""Stands for NUL in a case's catalogue, because no file may hold NUL; the worker's copy has NUL in its place."""

Asked = Literal["scan", "missing scan", "deleted provider", "scan of another tenant", "other tenant"]
"""The scan and tenant that a run is called for; ``scan`` is the loaded scan and its tenant."""


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An Earlier is the input of an earlier run of the same implementation on the same scan."""

    findings: tuple[Json, ...]
    catalogue: Json


@dataclass(frozen=True, kw_only=True)
class Case:
    """A Case is one rule with a scan and a catalogue; the oracle derives what the run must leave."""

    promise: str
    findings: tuple[Json, ...]
    catalogue: Json
    by_hand: ByHand | None = None
    """What the run must leave, worked out by hand; the oracle must agree."""
    in_order: bool = False
    """Whether the order of the returned regions is checked; otherwise the server may choose it."""
    earlier: Earlier | None = None
    asked: Asked = "scan"
    refused: str | None = None
    """If the run must raise and change nothing: the name of the error's class, or '' for any."""

    @property
    def scan(self) -> Json:
        """The content of the scan file."""
        return scan_of(self.findings)


def scan_of(findings: Iterable[Json]) -> Json:
    """Return the content of a scan file."""
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
    """Return a case in which the run writes."""
    return Case(
        promise=promise,
        findings=tuple(findings),
        catalogue=catalogue,
        by_hand=by_hand,
        in_order=in_order,
        earlier=earlier,
    )


def finding(check_id: str, status: str, *regions: str, **members: Any) -> Json:
    """Return a finding with a resource per region; its array has them too unless ``resource_regions`` is given."""
    resources = [{"region": region} for region in regions]
    return {"check_id": check_id, "status": status, "resources": resources, **members}


def scored(*requirement_ids: str) -> Json:
    """Return the ``compliance`` of a finding that ThreatScore counts for ``requirement_ids``."""
    return {THREATSCORE: list(requirement_ids)}


def framework(name: str, version: str | None = None, /, **checks: list[str]) -> Json:
    """Return a framework with its checks by requirement id; each description names the id."""
    return with_requirements(name, version, checks)


def with_requirements(name: str, version: str | None, checks: dict[str, list[str]]) -> Json:
    """Return a framework whose requirement ids need not be identifiers."""
    requirements = {key: {"description": f"About {key}", "checks": names} for key, names in checks.items()}
    return {"framework": name, "requirements": requirements} | ({} if version is None else {"version": version})


CIS = framework("CIS", "3.0", **{"1": ["a"], "2": ["a", "b"]})
SCORE = framework("ProwlerThreatScore", "1.0", **{"1.1": ["a"], "1.2": []})
