"""The tables that the task writes."""

from __future__ import annotations

from bench.jobs.job import Target

ROWS = "compliance_requirements_overviews"
SUMMARIES = "compliance_overview_summaries"
_OWN = {"tenant_id": "tenant_id", "scan_id": "scan_id"}
UNCOMPARED = ("id", "inserted_at")
"""Columns that differ from run to run."""
TARGETS = (
    Target(
        table=ROWS,
        own=_OWN,
        uncompared=UNCOMPARED,
        order=("compliance_id", "requirement_id", "region"),
        # Of the orders tried, that of the second index costs least: in the order of the unique index, the second one
        # splits its pages in the middle and grows by a quarter.
        copy_order=("compliance_id", "region", "requirement_id"),
        noun="rows",
    ),
    Target(table=SUMMARIES, own=_OWN, uncompared=UNCOMPARED, order=("compliance_id",), noun="summaries"),
)
