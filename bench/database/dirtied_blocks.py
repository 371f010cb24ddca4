"""How many blocks were dirtied: as many as have been written once a checkpoint has written what was left to write.

No view of PostgreSQL counts dirtied blocks, but every dirtied block is written in the end: by a checkpoint, by the
background writer, or by a backend that needs its buffer.
"""

from __future__ import annotations

import time

import psycopg
from psycopg import sql

from bench.database.access import DatabaseAccess
from bench.database.observer import fetch, observe

_CHECKPOINTER_SINCE = 170000
"""The version from which checkpoints have a view of their own."""
_IO_SINCE = 160000
_PATIENCE_SECONDS = 10.0
_OTHERS = sql.SQL(
    "(SELECT coalesce(sum(writes), 0) FROM pg_stat_io WHERE object = 'relation' AND backend_type <> 'checkpointer')"
)
_SINCE_17 = sql.SQL("SELECT num_requested, (buffers_written + {})::int8 FROM pg_stat_checkpointer").format(_OTHERS)
_BEFORE_17 = sql.SQL("SELECT checkpoints_req, (buffers_checkpoint + {})::int8 FROM pg_stat_bgwriter").format(_OTHERS)


def written_blocks(observer: psycopg.Connection) -> tuple[int, int] | None:
    """Return how many checkpoints were requested and how many blocks written so far; None before PostgreSQL 16."""
    version = observer.info.server_version
    if version < _IO_SINCE:
        return None
    checkpoints, blocks = fetch(observer, _SINCE_17 if version >= _CHECKPOINTER_SINCE else _BEFORE_17)[0]
    return int(checkpoints), int(blocks)


def blocks_at(access: DatabaseAccess) -> tuple[int, int] | None:
    """Return ``written_blocks`` of an embedded server; None on a user's, where a checkpoint may disturb others."""
    if access.log_directory is None:
        return None
    with observe(access) as observer:
        return written_blocks(observer)


def dirtied_since(access: DatabaseAccess, before: tuple[int, int] | None) -> int | None:
    """Make a checkpoint and return how many blocks have been written since ``before``; None where that is not known.

    Raises DatabaseError.
    """
    if before is None:
        return None
    with psycopg.connect(access.conninfo, autocommit=True) as login:
        login.execute("CHECKPOINT")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with observe(access) as observer:
        # The checkpointer reports a moment after it has answered.
        while (now := written_blocks(observer)) is not None and now[0] <= before[0]:
            if time.monotonic() > deadline:
                return None
            time.sleep(0.005)
    return None if now is None else now[1] - before[1]
