"""What a call leaves behind in its process: open transactions, running statements and advisory locks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from psycopg import sql

from bench.database.access import DatabaseAccess
from bench.database.observer import fetch, observe
from bench.database.wire.counts import MARK
from bench.errors import MeasurementError
from bench.words import plain, shorten

LONGEST_QUERY = 80
_NONE: Mapping[int, str] = {}
_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.01

_LEFT = """
SELECT pid, state, query, EXISTS (SELECT FROM pg_locks WHERE pg_locks.pid = activity.pid AND locktype = 'advisory'
    AND granted)
FROM pg_stat_activity AS activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
ORDER BY pid
"""


def refuse_left_behind(access: DatabaseAccess, latest: Mapping[int, str] = _NONE) -> None:
    """Raise MeasurementError if a session is not idle, or holds an advisory lock, although the call has ended.

    ``latest`` has the last statements of sessions, by process id, where the harness itself sent others after them.

    Idle sessions may stay: connections are kept for the next call.
    """
    for pid, state, query, locked in _sessions(access):
        last = shorten(plain(latest.get(pid) or query or ""), LONGEST_QUERY)
        if state is not None and state != "idle":
            raise MeasurementError(
                f"the call ended and left a session {state} (last statement: {last}); "
                "commit or close it before returning"
            )
        if locked:
            raise MeasurementError(
                f"the call ended and left a session with an advisory lock (last statement: {last}); "
                "release it before returning, or take a transaction's lock"
            )


def _sessions(access: DatabaseAccess) -> list[tuple[Any, ...]]:
    """Return the sessions of the database: what the harness itself asks in one of them may not have ended at once."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with observe(access) as observer:
        while True:
            found = fetch(observer, sql.SQL(_LEFT))
            ours = any(state == "active" and MARK in (query or "") for _, state, query, _ in found)
            if not ours or time.monotonic() > deadline:
                return found
            time.sleep(_PAUSE_SECONDS)
