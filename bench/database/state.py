"""The state of a database: all that one session can leave behind for the next, as definitions that can be compared."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.database.state_queries import (
    CONFIGURED_SETTINGS,
    CONTENTS,
    DEFINITIONS,
    OTHER_SESSIONS,
    SERVER_DEFINITIONS,
    SESSION,
)
from bench.errors import DatabaseError
from bench.words import plain, shorten

Key = tuple[str, str, str]
"""Kind of an object, the table that it belongs to or '', and its name."""

_REPORTED_AT_ONCE_SINCE = 150000
_COLLECTOR_LAG_SECONDS = 1.0
LONGEST_VALUE = 60
RECOVERY_SECONDS = 60.0
ENDING_SECONDS = 2.0
"""How long the sessions of a worker that has ended may take to end."""


@dataclass(frozen=True)
class State:
    """A State is every definition that a session on one database meets, and how often its tables were written."""

    definitions: Mapping[Key, Mapping[str, object]]
    contents: Mapping[str, tuple[int, ...]]
    """From a table to the rows ever inserted, updated and deleted, and the number of its file."""


@dataclass(frozen=True)
class Change:
    """A Change is one thing that a run left behind or changed, in words that follow "it"."""

    text: str
    kind: str
    name: str = ""
    inside: bool = False
    """Whether it goes with the database; what does not must be undone on the server."""

    @property
    def of_ended_worker(self) -> bool:
        """Whether a worker that is ended in the middle leaves it without the implementation's doing."""
        return self.kind == "session" or self.name == "log_statement"

    def __str__(self) -> str:
        return self.text


@contextlib.contextmanager
def inspect(access: DatabaseAccess) -> Iterator[psycopg.Connection]:
    """A session of the login on the database, whatever is set for either. Raises DatabaseError."""
    try:
        with _connect(access) as connection:
            connection.execute(SESSION)
            yield connection
    except psycopg.Error as error:
        raise DatabaseError(
            f"the state of database {access.database} cannot be read: {one_line(error)}; see the server's log"
        ) from error


def _connect(access: DatabaseAccess) -> psycopg.Connection:
    """Connect to the database; after a crash, once the server has recovered."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return psycopg.connect(access.conninfo, application_name=OBSERVER, autocommit=True)
        except psycopg.OperationalError as error:
            if "the database system is" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def read_state(connection: psycopg.Connection, access: DatabaseAccess) -> State:
    """Return the state of the database, as a session of ``inspect`` sees it."""
    superuser = connection.info.parameter_status("is_superuser") == "on"
    # The embedded server is this run's alone; on a user's server the roles of others are left aside.
    embedded = access.log_directory is not None
    values = {"roles": [access.app_role, access.admin_role, connection.info.user], "all": embedded}
    if connection.info.server_version < _REPORTED_AT_ONCE_SINCE:
        time.sleep(_COLLECTOR_LAG_SECONDS)
    found = [*connection.execute(DEFINITIONS), *connection.execute(SERVER_DEFINITIONS, values)]
    if embedded and superuser:
        found += connection.execute(CONFIGURED_SETTINGS)
    return State(
        definitions={(kind, table, name): definition for kind, table, name, definition in found},
        contents={table: tuple(counts) for table, *counts in connection.execute(CONTENTS)},
    )


def database_bytes(connection: psycopg.Connection) -> int:
    """Return how much the database takes on disk."""
    row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None  # a function's value is one row
    size: int = row[0]
    return size


def end_left_sessions(connection: psycopg.Connection) -> list[Change]:
    """Wait until no other session is on the database; end those that do not, and say what they were."""
    deadline = time.monotonic() + ENDING_SECONDS
    while (left := connection.execute(OTHER_SESSIONS).fetchall()) and time.monotonic() < deadline:
        time.sleep(0.005)
    for pid, _ in left:
        connection.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    return [Change(f"left a session open ({state})", "session") for _, state in left]


def end_prepared_transactions(connection: psycopg.Connection, access: DatabaseAccess) -> list[Change]:
    """Roll back the prepared transactions of the database, and say which they were."""
    found = connection.execute(
        "SELECT gid, owner FROM pg_prepared_xacts WHERE database = current_database()"
    ).fetchall()
    for gid, owner in found:
        # Only a superuser and the role that prepared it may roll it back.
        with psycopg.connect(access.conninfo_as(owner), autocommit=True) as session:
            session.execute(sql.SQL("ROLLBACK PREPARED {}").format(sql.Literal(gid)))
    return [Change(f"left the prepared transaction {_value(gid)}", "prepared transaction") for gid, _ in found]


def changes(before: State, after: State, writable: Collection[str]) -> list[Change]:
    """Return what differs between two states of one database.

    Rows of the tables in ``writable`` and of their partitions may, and how far the sequences of their columns are.
    """
    found: list[Change] = []
    old, new = before.definitions, after.definitions
    written = _with_partitions(old, writable)
    tables = {name for kind, _, name in old.keys() ^ new.keys() if kind in ("table", "view", "sequence")}
    for kind, table, name in sorted(old.keys() | new.keys()):
        key = (kind, table, name)
        if old.get(key) == new.get(key) or table in tables:
            continue
        if kind == "sequence" and _moved_only(old.get(key), new.get(key)) and new[key]["owned by"] in written:
            continue
        # A reload brings what is configured into force a moment later: one of the two says enough.
        if kind == "configured setting" and old.get(("setting", "", name)) != new.get(("setting", "", name)):
            continue
        inside = not outlives_database(kind, old.get(key) or new[key])
        found.append(Change(_difference(key, old.get(key), new.get(key)), kind, name, inside))
    for table, counts in sorted(after.contents.items()):
        earlier = before.contents.get(table)
        if earlier is not None and earlier != counts and table not in written:
            text = f"wrote to the table {_short(table)}{_written(earlier, counts)}"
            found.append(Change(text, "contents", table, inside=True))
    return found


def _with_partitions(definitions: Mapping[Key, Mapping[str, object]], tables: Collection[str]) -> set[str]:
    """Return the full names of ``tables``, and of all tables that inherit from them."""
    parents = {
        name: set(definition["inherits"] or ())  # type: ignore[call-overload] # a list of names, as the query says
        for (kind, _, name), definition in definitions.items()
        if kind == "table"
    }
    found = {name for name in parents if _short(name) in tables}
    while more := {name for name, ancestors in parents.items() if ancestors & found} - found:
        found |= more
    return found


def _moved_only(old: Mapping[str, object] | None, new: Mapping[str, object] | None) -> bool:
    """Whether a sequence is where it was but for its last value."""
    return old is not None and new is not None and {**old, "last value": new["last value"]} == new


def outlives_database(kind: str, definition: Mapping[str, object]) -> bool:
    """Whether an object of ``kind`` is still there when the database is dropped, or keeps it from being dropped."""
    return kind in ("setting", "configured setting", "role", "replication slot") or (
        kind == "settings" and not definition["in this database"]
    )


def _difference(key: Key, old: Mapping[str, object] | None, new: Mapping[str, object] | None) -> str:
    what = f"the {key[0]} {_value(_short(key[2]))}"
    if new is None:
        return f"removed {what}"
    if old is None:
        return f"added {what}"
    parts = [
        f"{part} is now {_value(new.get(part))}, was {_value(old.get(part))}"
        for part in sorted(old.keys() | new.keys())
        if old.get(part) != new.get(part)
    ]
    return f"changed {what}: {', '.join(parts)}"


def _written(before: tuple[int, ...], after: tuple[int, ...]) -> str:
    if any(new < old for old, new in zip(before[:3], after, strict=False)):
        return " (its statistics are gone, as after a crash of the server)"
    words = ("inserted", "updated", "deleted")
    rows = [f"{new - old:,} rows {word}" for word, old, new in zip(words, before, after, strict=False) if new > old]
    return f" ({', '.join(rows) or 'its file was replaced'})"


def _short(name: str) -> str:
    return name.replace("public.", "")


def _value(value: object) -> str:
    return shorten(plain(str(value)), LONGEST_VALUE)
