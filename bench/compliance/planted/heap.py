"""Memory held too long: rows, a growing dict, a buffer or a cache; and memory that is taken for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bench.compliance.contract import Outcome
from bench.compliance.planted.variant import held_to_its_laws, streaming_with
from optimized_impl import task

_build_rows = task.build_rows
_persist_rows = task.persist_rows

BUFFER_BYTES = 20_000_000

CACHE_BYTES = 5_000_000

_cache: list[bytes] = []
"""What is still there when a call has returned."""

_statuses: dict[tuple[str, str, str], str] = {}
"""Of every row ever written: the leak."""


@held_to_its_laws
def keeps_all_rows(tenant_id: str, scan_id: str) -> Outcome:
    """Make a list of the rows before the first of them is written."""

    def persist(tenant_id: str, scan_id: str, rows: Iterable[task.Row]) -> int:
        return _persist_rows(tenant_id, scan_id, list(rows))

    return streaming_with(tenant_id, scan_id, persist_rows=persist)


@held_to_its_laws
def leaks_a_dict(tenant_id: str, scan_id: str) -> Outcome:
    """Remember the status of every row in a module's dict that nobody empties."""

    def build(*arguments: Any) -> Iterator[task.Row]:
        for row in _build_rows(*arguments):
            _statuses[row["region"], row["compliance_id"], row["requirement_id"]] = row["requirement_status"]
            yield row

    return streaming_with(tenant_id, scan_id, build_rows=build)


@held_to_its_laws
def keeps_written_rows(tenant_id: str, scan_id: str) -> Outcome:
    """Keep every row until the end of the call, although it has been written."""
    kept: list[task.Row] = []

    def build(*arguments: Any) -> Iterator[task.Row]:
        for row in _build_rows(*arguments):
            kept.append(row)
            yield row

    return streaming_with(tenant_id, scan_id, build_rows=build)


@held_to_its_laws
def holds_a_buffer(tenant_id: str, scan_id: str) -> Outcome:
    """Hold a buffer of BUFFER_BYTES during the call, whatever the number of rows."""
    buffer = bytearray(BUFFER_BYTES)
    outcome = streaming_with(tenant_id, scan_id, build_rows=_build_rows)
    del buffer
    return outcome


@held_to_its_laws
def keeps_a_cache(tenant_id: str, scan_id: str) -> Outcome:
    """Fill a cache of CACHE_BYTES at the end, when the heap is far below its peak."""
    outcome = streaming_with(tenant_id, scan_id, build_rows=_build_rows)
    _cache.append(bytes(CACHE_BYTES))
    return outcome


@held_to_its_laws
def allocates_for_each_row(tenant_id: str, scan_id: str) -> Outcome:
    """Make a list for each row that nobody keeps: no peak shows it."""

    def build(*arguments: Any) -> Iterator[task.Row]:
        for row in _build_rows(*arguments):
            list(row)
            yield row

    return streaming_with(tenant_id, scan_id, build_rows=build)
