"""Statement statistics: a capture from pg_stat_statements, on a user's server that has it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess, one_line
from bench.database.observer import Capture, Executions, fetch, observe
from bench.errors import DatabaseError

SCHEMA = "bench_observer"
"""Where the extension is put for the length of a capture if the database lacks it."""

# The alias identifies the observer's own statements.
_CALLS = """
SELECT bench_observer.userid::text, bench_observer.queryid, bench_observer.query, bench_observer.calls,
    bench_observer.rows, bench_observer.shared_blks_hit, bench_observer.shared_blks_read,
    bench_observer.shared_blks_dirtied, bench_observer.temp_blks_written, bench_observer.wal_records,
    bench_observer.wal_bytes::int8
FROM {view} AS bench_observer
WHERE bench_observer.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND bench_observer.toplevel
"""
_EVICTIONS = """
SELECT bench_observer.dealloc::text || ' ' || bench_observer.stats_reset::text FROM {info} AS bench_observer
"""
_MARKER = "AS bench_observer"

Key = tuple[str, int | None]
"""Who ran the statement, and its query id; None if this login may not see it."""


@dataclass(frozen=True)
class Snapshot:
    """A Snapshot is what pg_stat_statements holds of one database at one moment."""

    executions: dict[Key, Executions]
    """Those so far."""
    evictions: str
    """How many entries were evicted and when the statistics were reset last; equal while neither happened."""


@contextlib.contextmanager
def from_statistics(access: DatabaseAccess, captured: Capture) -> Iterator[None]:
    """Fill ``captured`` with the executions that pg_stat_statements counted while the block ran."""
    with observe(access) as observer, contextlib.ExitStack() as cleanup:
        schema = _extension_schema(observer, captured, cleanup)
        before = _snapshot(observer, schema, captured) if schema else None
        if before and _setting(observer, "pg_stat_statements.track_utility") == "off":
            captured.warnings += ("pg_stat_statements.track_utility is off: BEGIN, COMMIT, FETCH and COPY are missing",)
        yield
        after = _snapshot(observer, schema, captured) if schema and before else None
    if before and after:
        _compare(before, after, captured)


def _extension_schema(observer: psycopg.Connection, captured: Capture, cleanup: contextlib.ExitStack) -> str | None:
    """Return the schema of the extension, creating it for the length of the capture; None, and a warning, without."""
    rows = fetch(
        observer,
        sql.SQL(
            "SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace"
            " WHERE extname = 'pg_stat_statements'"
        ),
    )
    if rows:
        return str(rows[0][0])
    schema = sql.Identifier(SCHEMA)
    try:
        with observer.transaction():
            observer.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
            observer.execute(sql.SQL("CREATE EXTENSION pg_stat_statements SCHEMA {}").format(schema))
    except psycopg.Error as error:
        _unavailable(captured, one_line(error))
        return None
    cleanup.callback(_drop_extension, observer)
    return SCHEMA


def _drop_extension(observer: psycopg.Connection) -> None:
    # It may be gone with the server, which the block then says better than this.
    with contextlib.suppress(DatabaseError):
        fetch(observer, sql.SQL("DROP EXTENSION pg_stat_statements"))
        fetch(observer, sql.SQL("DROP SCHEMA {}").format(sql.Identifier(SCHEMA)))


def _snapshot(observer: psycopg.Connection, schema: str, captured: Capture) -> Snapshot | None:
    view = sql.Identifier(schema, "pg_stat_statements")
    info = sql.Identifier(schema, "pg_stat_statements_info")
    try:
        rows = fetch(observer, sql.SQL(_CALLS).format(view=view))
        evictions = fetch(observer, sql.SQL(_EVICTIONS).format(info=info))
    except DatabaseError as error:
        _unavailable(captured, str(error))
        return None
    executions: dict[Key, Executions] = {}
    for user, query_id, text, *counts in rows:
        # Statements hidden from this login share the key None.
        executions[user, query_id] = _plus(text, counts, executions.get((user, query_id)))
    return Snapshot(executions, str(evictions[0][0]))


def _plus(text: str | None, counts: list[int], earlier: Executions | None, sign: int = 1) -> Executions:
    """Return ``counts`` of a statement, with those of ``earlier`` added ``sign`` times."""
    before = [0] * len(counts) if earlier is None else earlier[1:]
    return Executions(text or "", *(one + sign * two for one, two in zip(counts, before, strict=True)))


def _setting(observer: psycopg.Connection, name: str) -> str:
    return str(fetch(observer, sql.SQL("SELECT current_setting(%s, true) AS bench_observer"), [name])[0][0])


def _compare(before: Snapshot, after: Snapshot, captured: Capture) -> None:
    """Fill ``captured`` with the difference of two snapshots."""
    statements: list[str] = []
    recorded = hidden = False
    found: list[Executions] = []
    for key, (text, *counts) in after.executions.items():
        since = _plus(text, counts, before.executions.get(key), -1)
        if _MARKER in text:
            # The first snapshot must have left itself in the second.
            recorded = recorded or since.calls > 0
        elif since.calls > 0:
            hidden = hidden or key[1] is None
            statements += [text] * since.calls
            found.append(since)
    if not recorded:
        _unavailable(captured, "it does not record; set compute_query_id = auto and pg_stat_statements.track = top")
    elif hidden:
        _unavailable(captured, "statements of other roles are hidden; GRANT pg_read_all_stats to this login")
    else:
        captured.statements, captured.source = tuple(sorted(statements)), "pg_stat_statements"
        captured.executions = tuple(sorted(found))
        if before.evictions != after.evictions:
            captured.warnings += (
                "pg_stat_statements evicted or reset entries during the capture; the statements are too few",
            )


def _unavailable(captured: Capture, reason: str) -> None:
    captured.warnings += (f"the server's statements are unavailable: pg_stat_statements: {reason}",)
