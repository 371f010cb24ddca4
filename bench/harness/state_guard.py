"""The state guard: compares a database with the state that was kept, and restores it if a run has changed it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from bench.database.access import DatabaseAccess
from bench.database.server import Server
from bench.database.state import (
    Change,
    State,
    changes,
    database_bytes,
    end_left_sessions,
    end_prepared_transactions,
    inspect,
    read_state,
)
from bench.database.state_undo import undo
from bench.errors import DatabaseError
from bench.words import counted, enumerated

DISTURBED = "disturbed"
"""The kind of failure of an implementation that leaves the database changed beyond its rows."""
MOST_NAMED = 3
LARGEST_COPIED = 2**30
"""Bytes of the largest database that is copied where its data can be loaded again, which is seldom needed."""
RELOAD_SECONDS = 10.0
"""How long a setting may take to come into force again."""


def enumerated_changes(found: Sequence[Change]) -> str:
    """Say what was changed, in one line; of many changes the first ones."""
    named = [str(change) for change in found[:MOST_NAMED]]
    if len(found) > MOST_NAMED:
        named.append(counted(len(found) - MOST_NAMED, "more change"))
    return enumerated(named)


class StateGuard:
    """A StateGuard keeps the state of one database, and a copy of the database to return to.

    A large one is not copied while ``load_again``, which makes it anew as it was loaded, gives the state that is kept.
    """

    def __init__(self, server: Server, access: DatabaseAccess) -> None:
        self._server = server
        self._access = access
        self.load_again: Callable[[], None] | None = None
        self._copy: DatabaseAccess | None = None
        self._state: State | None = None

    def forget(self) -> None:
        """Make the next ``keep`` record whatever the database then holds, which loading does not bring back."""
        self._state = None
        self.load_again = None

    def keep(self) -> None:
        """Keep the state of the database and a copy, unless that has been done. Raises DatabaseError."""
        if self._state is None:
            self.close()
            with inspect(self._access) as connection:
                end_left_sessions(connection)
                large = database_bytes(connection) > LARGEST_COPIED
            if not large or self.load_again is None:
                self._copy = self._server.create_database(self._access)
            with inspect(self._access) as connection:
                self._state = read_state(connection, self._access)

    def check(self, implementation: str, writable: Collection[str]) -> tuple[Change, ...]:
        """Return what a worker that has ended left behind or changed; the database is then restored.

        Rows of the tables in ``writable`` may differ. Raises DatabaseError if the state cannot be restored.
        """
        kept = self._state
        assert kept is not None  # a sample begins with keep
        left: list[Change] = []
        try:
            with inspect(self._access) as connection:
                left = [*end_left_sessions(connection), *end_prepared_transactions(connection, self._access)]
                state = read_state(connection, self._access)
                found = changes(kept, state, writable)
                # Rows that one implementation may write are no change of the next one's.
                self._state = replace(kept, contents=state.contents)
                if found:
                    undo(connection, kept, state)
        except DatabaseError as error:
            # The database was dropped or closed, or something that must be undone first keeps it from being read.
            found = [Change(f"made the database unusable: {error}", "database", inside=True)]
        if any(change.inside for change in found):
            try:
                self._return()
            except DatabaseError as error:
                raise DatabaseError(f"after a sample of {implementation}: {error}") from error
        if found:
            self._verify(kept, implementation)
        return (*left, *found)

    def _return(self) -> None:
        """Bring the database back to what was kept. Raises DatabaseError."""
        if self._copy is not None:
            self._server.replace_database(self._access, self._copy)
        else:
            assert self.load_again is not None  # or there were a copy
            self.load_again()

    @property
    def has_copy(self) -> bool:
        """Whether the database was copied."""
        return self._copy is not None

    @contextmanager
    def second(self) -> Iterator[tuple[DatabaseAccess, StateGuard]]:
        """Make another database of the copy, with a guard that returns to the same copy; dropped after the block.

        Raises DatabaseError.
        """
        assert self._copy is not None  # asked before
        access = self._server.create_database(self._copy)
        try:
            guard = StateGuard(self._server, access)
            guard._copy = self._copy
            with inspect(access) as connection:
                guard._state = read_state(connection, access)
            yield access, guard
        finally:
            self._server.drop_database(access)

    def close(self) -> None:
        """Drop the copy. Raises DatabaseError."""
        if self._copy is not None:
            self._server.drop_database(self._copy)
            self._copy = None

    def _verify(self, kept: State, implementation: str) -> None:
        """Take the restored database's counts of writes for the kept ones, once its definitions are the kept ones."""
        deadline = time.monotonic() + RELOAD_SECONDS
        while True:
            with inspect(self._access) as connection:
                state = read_state(connection, self._access)
            self._state = replace(kept, contents=state.contents)
            different = changes(self._state, state, ())
            if not different:
                return
            if time.monotonic() > deadline:
                raise DatabaseError(
                    f"{implementation} {different[0]}, which cannot be undone; undo it by hand, then run again"
                )
            time.sleep(0.02)
