"""What one call costs the database: WAL, rows, blocks, temporary files, CPU and a backend's memory.

All but the memory are differences of cumulative statistics, which a session reports when it ends, so Django's sessions
are closed before each snapshot. A first round without a call shows what opening and closing them costs.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from bench.database.access import DatabaseAccess
from bench.database.dirtied_blocks import blocks_at, dirtied_since
from bench.database.statistics_snapshot import CPU, difference, take_snapshot
from bench.harness.measure.database_memory import watch_backends
from bench.messages.reading import Reading
from bench.messages.worker_line import Called

_REPEATING = ("blocks_hit", CPU)
"""What sessions and snapshots cost each time. Blocks are read, and pages logged in full, only once."""

_SHARED = "WAL, full-page images and server CPU are those of the whole server, other sessions on it included"


def read_database(
    call: Callable[[], Called], command: Callable[[str], None], access: DatabaseAccess
) -> tuple[Called, Reading]:
    """Measure what one call costs the database; ``command`` is ``close`` or ``connect``, for Django's sessions.

    A metric that the server does not give is absent; a warning says why.

    ``wal_bytes`` is how far the WAL's end moved. ``wal_full_page_images`` counts pages. ``rows_inserted`` and
    ``rows_deleted`` count all user tables, rolled-back work included. ``blocks_read`` and ``blocks_hit`` count blocks,
    the catalogue look-ups of fresh sessions included. ``table_blocks`` counts accesses to blocks of user tables and
    indexes, ``blocks_dirtied`` the blocks that were changed since the sample's start, catalogues and warm-up included.
    ``temp_bytes`` is what temporary files held.
    ``server_cpu_seconds`` is the time of all server processes, and ``backend_peak_bytes`` the largest private memory of
    one backend, both for a server on this machine. Raises DatabaseError.
    """
    command("close")
    start = take_snapshot(access)
    written = blocks_at(access)
    command("connect")
    command("close")
    before = take_snapshot(access)
    command("connect")
    with ExitStack() as stack:
        watch = stack.enter_context(watch_backends(before.postmaster, access.database)) if before.postmaster else None
        called = call()
    command("close")
    after = take_snapshot(access)

    values = difference(before, after)
    overhead = difference(start, before)
    for metric in values.keys() & _REPEATING:
        values[metric] = max(0.0, values[metric] - overhead.get(metric, 0.0))
    warnings = [*start.warnings, *before.warnings, *after.warnings]
    dirtied = dirtied_since(access, written)
    if dirtied is not None:
        values["blocks_dirtied"] = float(dirtied)
    if watch is not None and watch.peak_bytes is not None:
        values["backend_peak_bytes"] = float(watch.peak_bytes)
    elif watch is not None and watch.warning is not None:
        warnings.append(watch.warning)
    if access.log_directory is None:
        warnings.append(_SHARED)
    return called, Reading(values=values, outcome=called.outcome, warnings=tuple(dict.fromkeys(warnings)))
