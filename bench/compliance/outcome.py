"""What is wrong with the outcome of a run, if anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bench.compliance.contract import Outcome


@dataclass(frozen=True)
class ExpectedOutcome:
    """What a run on the loaded scan returns; ``regions`` are those with a counted finding, in any order."""

    frameworks: tuple[str, ...]
    """Those of the catalogue, in any order."""
    regions: tuple[str, ...] | None
    """None for a recorded scan, on which a known divergence may have other regions than the rules give."""


def contract_fault(outcome: object) -> str:
    """Return in how far what an implementation returned is no Outcome; '' if it is one."""
    try:
        msgspec.convert(outcome, Outcome, strict=True)
    except msgspec.ValidationError as error:
        return f"the implementation returned no bench.compliance.contract.Outcome: {error}"
    return ""


def outcome_fault(found: Any, expected: ExpectedOutcome, rows: int) -> str:
    """Return what is wrong with what a run returned that left ``rows`` rows; '' if nothing is."""
    if fault := contract_fault(found):
        return fault
    created = found["requirements_created"]
    if created != rows:
        return f"returned requirements_created = {created:,} but left {rows:,} rows"
    regions = found["regions_processed"] if expected.regions is None else expected.regions
    for name, right in (
        ("regions_processed", regions),
        ("compliance_frameworks", expected.frameworks if regions else ()),
    ):
        returned = found[name]
        if sorted(returned) != sorted(right):
            return f"returned other {name} than the loaded scan gives: {_difference(returned, right)}"
    return ""


def _difference(returned: Sequence[str], expected: Sequence[str]) -> str:
    """Name the first item that is missing, unknown or returned twice."""
    for item in expected:
        if item not in returned:
            return f"{item!r} is missing ({len(returned)} of {len(expected)} returned)"
    for item in returned:
        if item not in expected:
            return f"{item!r} is not one of the {len(expected)} expected"
    return f"{next(item for item in returned if returned.count(item) > 1)!r} is returned twice"
