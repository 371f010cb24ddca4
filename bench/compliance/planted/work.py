"""Work for nothing: calls of functions beside those that the task needs, which cost a few per cent of its time."""

from __future__ import annotations

from collections.abc import Sequence

from bench.compliance.contract import Catalogue, Outcome
from bench.compliance.planted.variant import held_to_its_laws, streaming_with
from bench.compliance.schema.connections import rls_transaction
from bench.compliance.schema.models import Scan
from optimized_impl import task

_count_checks = task.count_checks
_status = task._status
_copy_rows = task.copy_rows

EACH = 5
"""Of so many rows one is looked at again; with LOOKS calls that is about 2 % of all calls."""
LOOKS = 2


@held_to_its_laws
def calls_once_more_each_row(tenant_id: str, scan_id: str) -> Outcome:
    """Have one more function between a row and its status."""

    def status_of(failed: int, total: int) -> str:
        return _status(failed, total)

    return streaming_with(tenant_id, scan_id, _status=status_of)


@held_to_its_laws
def looks_again_at_some_rows(tenant_id: str, scan_id: str) -> Outcome:
    """Read two fields of every fifth row again before they are written: about 2 % more calls."""

    def copy(tenant_id: str, rows: Sequence[task.Row]) -> None:
        for row in rows[::EACH]:
            for name in ("region", "requirement_id")[:LOOKS]:
                row.get(name)
        _copy_rows(tenant_id, rows)

    return streaming_with(tenant_id, scan_id, copy_rows=copy)


@held_to_its_laws
def looks_up_each_region(tenant_id: str, scan_id: str) -> Outcome:
    """Ask for the scan once more in every region."""

    def count(catalogue: Catalogue, statuses: task.StatusByRegion) -> task.ChecksByRegion:
        for _ in statuses:
            with rls_transaction(tenant_id):
                Scan.objects.filter(id=scan_id).exists()
        return _count_checks(catalogue, statuses)

    return streaming_with(tenant_id, scan_id, count_checks=count)
