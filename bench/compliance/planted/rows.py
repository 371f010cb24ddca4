"""Wrong rows: one too few, one figure off by one, and rows of another tenant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from bench.compliance.contract import Outcome
from bench.compliance.planted.variant import held_to_its_laws, streaming_with
from bench.compliance.schema.connections import admin_connection
from optimized_impl import task

_build_rows = task.build_rows
_persist_rows = task.persist_rows


@held_to_its_laws
def drops_a_row(tenant_id: str, scan_id: str) -> Outcome:
    """Lose the first row, and report as many as were written."""

    def build(*arguments: Any) -> Iterator[task.Row]:
        return islice(_build_rows(*arguments), 1, None)

    return streaming_with(tenant_id, scan_id, build_rows=build)


@held_to_its_laws
def counts_one_too_many(tenant_id: str, scan_id: str) -> Outcome:
    """Count one failed check too many wherever there is one; the number of rows stays right."""

    def build(*arguments: Any) -> Iterator[task.Row]:
        for row in _build_rows(*arguments):
            yield {**row, "failed_checks": row["failed_checks"] + 1} if row["failed_checks"] else row

    return streaming_with(tenant_id, scan_id, build_rows=build)


@held_to_its_laws
def writes_across_tenants(tenant_id: str, scan_id: str) -> Outcome:
    """Delete old rows by the scan's id alone, on the connection that row-level security does not hold."""

    def persist(tenant_id: str, scan_id: str, rows: Iterable[task.Row]) -> int:
        with admin_connection() as connection:
            connection.execute("DELETE FROM compliance_requirements_overviews WHERE scan_id = %s", [scan_id])
        return _persist_rows(tenant_id, scan_id, rows)

    return streaming_with(tenant_id, scan_id, persist_rows=persist)
