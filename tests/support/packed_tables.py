"""What a run leaves in the tables of packed rows, and what the view shows of it."""

from __future__ import annotations

from typing import Any

from bench.compliance.contract import Outcome
from bench.compliance.schema.django_setup import close_connections
from tests.support.workbench import Workbench

PACKED = "packed"
"""Not by its entry point, which an older installation lacks."""
STREAMING = "streaming"
VIEW = "compliance_requirements_packed_view"
TABLE = "compliance_requirements_overviews"
SUMMARIES = "compliance_overview_summaries"
PACKED_TABLE = "compliance_requirements_packed"
CATALOGUE_TABLES = ("compliance_catalogue_frameworks", "compliance_catalogue_requirements")

Lines = list[tuple[Any, ...]]


def shown(workbench: Workbench, relation: str = VIEW) -> Lines:
    """The scan's rows without id and inserted_at, sorted, as ``relation`` shows them."""
    return sorted(
        workbench.query(
            f"SELECT (to_jsonb(t) - 'id' - 'inserted_at')::text FROM {relation} AS t"
            " WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s"
        )
    )


def everything(workbench: Workbench) -> dict[str, Lines]:
    """All rows of all tables that a run may write, as text and sorted."""
    tables = (PACKED_TABLE, *CATALOGUE_TABLES, TABLE, SUMMARIES)
    return {table: sorted(workbench.query(f"SELECT t::text FROM {table} AS t")) for table in tables}


def run(workbench: Workbench, implementation: str = PACKED) -> Outcome:
    """Run in a separate thread, whose connections end with it."""
    try:
        return workbench.run(implementation)
    finally:
        close_connections()
