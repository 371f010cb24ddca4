"""How many sessions begin on a database while a block runs, however short they are."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess
from bench.database.observer import fetch, observe

_COUNTS_AT_ONCE_SINCE = 150000
"""Before that, a collector hands out figures that are up to half a second old."""
_PATIENCE_SECONDS = 1.0
_OTHERS = sql.SQL(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
# A session reports itself before it leaves pg_stat_activity.
_SESSIONS = sql.SQL("SELECT sessions FROM pg_stat_database WHERE datname = current_database()")


@dataclass
class SessionCount:
    """A SessionCount is the number of sessions that began in a block; None until it has ended, or where unknown."""

    begun: int | None = None


@contextmanager
def counted_sessions(access: DatabaseAccess) -> Iterator[SessionCount]:
    """Count the sessions that begin on the database of ``access`` in the block, and those still open at its end.

    Raises DatabaseError.
    """
    count = SessionCount()
    with observe(access) as observer:
        known = observer.info.server_version >= _COUNTS_AT_ONCE_SINCE and not _others_after_a_moment(observer)
        if known:
            fetch(observer, sql.SQL("SELECT pg_stat_force_next_flush()"))
        before = _sessions(observer) if known else 0
        yield count
        if known:
            # Those that are open may not have reported themselves.
            count.begun = _sessions(observer) - before + int(fetch(observer, _OTHERS)[0][0])


def _others_after_a_moment(observer: psycopg.Connection) -> int:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (others := int(fetch(observer, _OTHERS)[0][0])) and time.monotonic() < deadline:
        time.sleep(0.002)
    return others


def _sessions(observer: psycopg.Connection) -> int:
    return int(fetch(observer, _SESSIONS)[0][0])
