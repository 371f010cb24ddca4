"""Snapshots of the server's cumulative statistics: what a database's sessions did between two moments."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess, one_line
from bench.database.observer import fetch, observe
from bench.database.server_process import cpu_seconds, find_postmaster

PATIENCE_SECONDS = 30.0
"""How long sessions may take to report their statistics: they do so at their end, or after 10 s of idling."""

CPU = "server_cpu_seconds"

_DATABASE = sql.SQL("SELECT 0, {} FROM pg_stat_database WHERE datname = current_database()")
_TABLES = sql.SQL("SELECT relid, {} FROM pg_stat_user_tables")
_COUNTERS: Mapping[str, sql.SQL | sql.Composed] = {
    # The position in the WAL is exact at once; pg_stat_wal is reported by each session, as the others are.
    "wal_bytes": sql.SQL("SELECT 0, (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint"),
    "wal_full_page_images": sql.SQL("SELECT 0, wal_fpi FROM pg_stat_wal"),
    # By table, because a table that is dropped takes its count along. pg_stat_database counts catalogues as well.
    "rows_inserted": _TABLES.format(sql.Identifier("n_tup_ins")),
    "rows_deleted": _TABLES.format(sql.Identifier("n_tup_del")),
    "blocks_read": _DATABASE.format(sql.Identifier("blks_read")),
    "blocks_hit": _DATABASE.format(sql.Identifier("blks_hit")),
    # Without the catalogues, whose blocks depend on what a session has looked up before.
    "table_blocks": sql.SQL(
        "SELECT relid, coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0) + coalesce(idx_blks_read, 0)"
        " + coalesce(idx_blks_hit, 0) + coalesce(toast_blks_read, 0) + coalesce(toast_blks_hit, 0)"
        " + coalesce(tidx_blks_read, 0) + coalesce(tidx_blks_hit, 0) FROM pg_statio_user_tables"
    ),
    "index_tuples": sql.SQL("SELECT indexrelid, idx_tup_read FROM pg_stat_user_indexes"),
    "sequential_tuples": _TABLES.format(sql.Identifier("seq_tup_read")),
    "wal_records": sql.SQL("SELECT 0, wal_records FROM pg_stat_wal"),
    "temp_bytes": _DATABASE.format(sql.Identifier("temp_bytes")),
}
"""Metric → query of (object id, count so far)."""

# The state of another user's session, such as an autovacuum worker's, is hidden: only sessions of this login count.
# One that is idle in a transaction reports nothing however long one waits; a worker refuses it after the call.
_UNREPORTED = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
AND coalesce(state, '') NOT LIKE 'idle in transaction%%'
AND NOT (%s AND state = 'idle' AND state_change < clock_timestamp() - interval '11 s')
"""
_REPORTS_WHEN_IDLE = 150000
_COLLECTOR_LAG_SECONDS = 1.0


@dataclass(frozen=True)
class Snapshot:
    """A Snapshot is what the server has counted so far, of one database or, WAL and CPU, of the whole server."""

    counts: Mapping[str, Mapping[int, float]]
    """Metric → object id → count; a metric that the server does not give is absent."""
    warnings: tuple[str, ...]
    postmaster: int | None
    """The postmaster's process id, where the server runs on this machine."""


def take_snapshot(access: DatabaseAccess, patience: float = PATIENCE_SECONDS) -> Snapshot:
    """Wait until every session on the database has reported what it did, then read the counts. Raises DatabaseError.

    The snapshot's own session counts as well, in a later snapshot; its cost is the same each time.
    """
    counts: dict[str, dict[int, float]] = {}
    warnings: list[str] = []
    with observe(access) as observer:
        unreported = _wait(observer, patience)
        if unreported:
            warnings.append(
                f"rows, blocks and temp bytes may be too few: {unreported} sessions silent for {patience:g} s"
            )
        postmaster = find_postmaster(observer.info.backend_pid, access.database)
        if postmaster is None:
            warnings.append("no server CPU and no backend memory: the server is not seen in this machine's /proc")
        else:
            try:
                counts[CPU] = {0: cpu_seconds(postmaster)}
            except OSError as error:
                warnings.append(f"no server CPU: {error.strerror}: {error.filename}")
        for metric, query in _COUNTERS.items():
            try:
                counts[metric] = {key: float(count) for key, count in observer.execute(query)}
            except psycopg.Error as error:
                warnings.append(f"no {metric}: {one_line(error)}")
    return Snapshot(counts, tuple(warnings), postmaster)


def difference(before: Snapshot, after: Snapshot) -> dict[str, float]:
    """Return by how much each metric that is in both grew, over the objects that are there in the end."""
    return {
        metric: sum(count - before.counts[metric].get(key, 0) for key, count in counts.items())
        for metric, counts in after.counts.items()
        if metric in before.counts
    }


def _wait(observer: psycopg.Connection, patience: float) -> int:
    """Wait until every session has reported or the timeout ends; return how many have not."""
    version = observer.info.server_version
    deadline = time.monotonic() + patience
    while True:
        unreported = int(fetch(observer, sql.SQL(_UNREPORTED), [version >= _REPORTS_WHEN_IDLE])[0][0])
        if not unreported or time.monotonic() > deadline:
            break
        time.sleep(0.01)
    if version < _REPORTS_WHEN_IDLE:
        # Until version 14 a separate process collects the reports, and hands out a file up to half a second old.
        time.sleep(_COLLECTOR_LAG_SECONDS)
    return unreported
