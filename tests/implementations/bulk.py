"""Scans and catalogues of a given size, for what shows only beyond a batch of 10,000 rows or a chunk of findings."""

from __future__ import annotations

from tests.implementations.case import PROVIDER, Json, finding

BATCH = 10_000
"""Rows that one COPY sends."""


def bulk_scan(regions: int, findings: int) -> Json:
    """``findings`` over the regions r0, r1, … in turn, half of them failing; checks ascend with their regions."""
    made = [
        finding(f"check_{number % regions}", "PASS" if number % 2 else "FAIL", f"r{number % regions}")
        for number in range(findings)
    ]
    return {"provider": PROVIDER, "findings": made}


def bulk_catalogue(requirements: int) -> Json:
    """One framework with the requirements 0, 1, …; every other has the check of region r0, the rest have none."""
    return {
        "bulk": {
            "framework": "Bulk",
            "version": "1",
            "requirements": {
                str(number): {"description": f"Requirement {number}", "checks": ["check_0"] if number % 2 else []}
                for number in range(requirements)
            },
        }
    }
