"""The task's target tables: which tables a run writes, and how what it wrote is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from bench.compliance.contract import Outcome

ROWS = "compliance_requirements_overviews"
SUMMARIES = "compliance_overview_summaries"
TARGETS = (ROWS, SUMMARIES)
UNCOMPARED = ("id", "inserted_at")
"""Columns that differ from run to run."""
ORDER: Mapping[str, tuple[str, ...]] = {
    ROWS: ("compliance_id", "requirement_id", "region"),
    SUMMARIES: ("compliance_id",),
}
"""The columns that identify a row of one scan, by target table."""
COUNTED_FINDINGS = (
    "SELECT count(*) FROM findings WHERE tenant_id = %s AND scan_id = %s AND NOT muted AND status IN ('PASS', 'FAIL')"
)
"""How many findings of a tenant's scan count by the rules."""


def contract_fault(outcome: object) -> str:
    """Return in how far what an implementation returned is no Outcome; '' if it is one."""
    try:
        msgspec.convert(outcome, Outcome, strict=True)
    except msgspec.ValidationError as error:
        return f"the implementation returned no bench.compliance.contract.Outcome: {error}"
    return ""


def outcome_fault(
    outcome: Mapping[str, object], *, rows: int, regions: Sequence[str], frameworks: Sequence[str]
) -> str:
    """Return what is wrong with the outcome of a run that left ``rows`` rows; '' if nothing is.

    ``regions`` are those with a counted finding, ``frameworks`` those of the catalogue; their order is not compared.
    """
    created = outcome["requirements_created"]
    if created != rows:
        return f"returned requirements_created = {created:,} but left {rows:,} rows"
    for name, expected in (
        ("regions_processed", regions),
        ("compliance_frameworks", frameworks if regions else ()),
    ):
        returned = outcome[name]
        assert isinstance(returned, list)  # checked by contract_fault
        if sorted(returned) != sorted(expected):
            return f"returned other {name} than the loaded scan gives: {_difference(returned, expected)}"
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
