"""Watching: a place where clients find the server, behind which every statement is noted."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.database.access import OBSERVER, DatabaseAccess, one_line
from bench.database.embedded import SOCKET_PATH_BYTES
from bench.database.observer import fetch, observe
from bench.database.run_folder import SHARED
from bench.database.wire.counts import FIRST_USER_OID, REPORTED, Reading, reading_of
from bench.database.wire.explain import Explainer
from bench.database.wire.ledger import Ledger, Work
from bench.database.wire.session import Session
from bench.database.wire.upstream import Upstream
from bench.errors import DatabaseError

OLDEST = 150000
"""The version from which a session can be made to report at once."""
_PORT = "5432"
_PATIENCE_SECONDS = 10.0

_NAMES = sql.SQL("""
SELECT /* AS bench_observer */ c.oid::int8, c.relname, coalesce(t.relname, o.relname, ''), c.relkind = 'i'
FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid LEFT JOIN pg_class AS t ON t.oid = i.indrelid
LEFT JOIN pg_class AS o ON o.reltoastrelid = coalesce(i.indrelid, c.oid)
WHERE c.oid >= {} AND c.relkind IN ('r', 'i', 'm', 't')
""").format(sql.Literal(FIRST_USER_OID))

_EXPLAINED = sql.SQL("EXPLAIN (SETTINGS, FORMAT JSON) SELECT 1 AS bench_observer")


@dataclass(frozen=True)
class Relation:
    """A Relation is a table or an index of the database."""

    name: str
    index: bool


@dataclass(frozen=True)
class Watched:
    """What was noted of the statements between ``begin`` and ``end``."""

    works: Mapping[str, Work]
    """By kind: the statement without its values."""
    relations: Mapping[int, Relation]
    """By object id; one that is gone has the name that it had."""
    settings: Mapping[str, str]
    """What EXPLAIN reports of every statement here, because the server itself is set so."""
    warnings: tuple[str, ...]


class StatementWatch:
    """A StatementWatch notes what clients do that reach the server by its ``access``."""

    def __init__(self, access: DatabaseAccess, observer: psycopg.Connection, ledger: Ledger, explainer: Explainer):
        self.access = access
        self._observer = observer
        self._ledger = ledger
        self._explainer = explainer
        self.sessions: list[Session] = []

    def begin(self) -> None:
        """Forget the statements so far."""
        self._ledger.begin()
        self._explainer.begin()

    def latest(self) -> Mapping[int, str]:
        """Return the kind of the last statement of each session, by the process id of the server's process."""
        return {session.pid: session.latest for session in self.sessions}

    def end(self) -> Watched:
        """Return what was noted since ``begin``. Raises DatabaseError if something escaped the wire."""
        for session in self.sessions:
            if session.fault:
                raise DatabaseError(f"the statements cannot be watched: {session.fault}")
        warnings = ("sessions ran statements at the same time; their work may be mixed up",)
        return Watched(
            works=dict(self._ledger.works),
            relations={**_gone(self._ledger.names), **self._relations()},
            settings=fetch(self._observer, _EXPLAINED)[0][0][0].get("Settings", {}),
            warnings=warnings if self._ledger.overlapped else (),
        )

    def _relations(self) -> dict[int, Relation]:
        found = {}
        for oid, name, owner, index in fetch(self._observer, _NAMES):
            toast = name.startswith("pg_toast")
            found[oid] = Relation(f"large values of {owner}" if toast and not index else name, index)
        return found


def _gone(names: Mapping[int, str]) -> dict[int, Relation]:
    return {oid: Relation(name, index=False) for oid, name in names.items()}


@contextmanager
def watched_statements(
    access: DatabaseAccess, scratch: Path, kind: Callable[[str], str], *, executes: bool = False
) -> Iterator[StatementWatch]:
    """Stand between the server of ``access`` and clients while the block runs.

    ``kind`` returns a statement without its values, on one line and without comments; ``executes`` is as in Explainer;
    the Unix socket goes below ``scratch``.
    Raises DatabaseError where that cannot be done, with the reason.
    """
    upstream = Upstream.of(access.conninfo)
    with observe(access) as observer, _listening(scratch) as (listener, folder):
        if observer.info.server_version < OLDEST:
            raise DatabaseError(f"PostgreSQL {observer.info.server_version // 10000} reports too late; it takes 15")

        def reported() -> Reading:
            return reading_of(fetch(observer, sql.SQL(REPORTED)))

        ledger = Ledger(reported)
        explainer = Explainer(ledger, kind, executes=executes)
        watch = StatementWatch(_by_socket(access, folder), observer, ledger, explainer)

        def accept() -> None:
            with suppress(OSError):  # the listener is closed at the end
                while True:
                    client, _ = listener.accept()
                    session = Session(client, upstream, ledger, explainer, kind)
                    watch.sessions.append(session)
                    session.thread.start()

        thread = threading.Thread(target=accept, name="bench-wire-door", daemon=True)
        thread.start()
        try:
            _try(watch.access)
            yield watch
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            for session in watch.sessions:
                session.close()
            for one in (thread, *(session.thread for session in watch.sessions)):
                one.join(_PATIENCE_SECONDS)


@contextmanager
def _listening(scratch: Path) -> Iterator[tuple[socket.socket, Path]]:
    """Listen in a new folder below ``scratch``, or below /tmp where that path cannot name a socket."""
    name = f".s.PGSQL.{_PORT}"
    longest = len(str(scratch / "wire-12345678" / name).encode())
    base = scratch if longest <= SOCKET_PATH_BYTES and "," not in str(scratch) else SHARED
    with (
        tempfile.TemporaryDirectory(prefix="wire-", dir=base, ignore_cleanup_errors=True) as folder,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        listener.bind(str(Path(folder, name)))
        listener.listen(64)
        yield listener, Path(folder)


def _by_socket(access: DatabaseAccess, folder: Path) -> DatabaseAccess:
    """Return ``access`` by the socket in ``folder``, where nothing is encrypted."""
    left_out = {"host", "hostaddr", "port", "channel_binding", "gssencmode", "sslmode", "sslnegotiation"}
    known = conninfo_to_dict(access.conninfo)
    kept = {name: str(value) for name, value in known.items() if name not in left_out and value is not None}
    return replace(access, conninfo=make_conninfo(**kept, host=str(folder), port=_PORT))


def _try(access: DatabaseAccess) -> None:
    """Raise DatabaseError where no session can be opened through the wire."""
    try:
        with psycopg.connect(access.conninfo, autocommit=True, application_name=OBSERVER) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        raise DatabaseError(f"no session can be opened through it: {one_line(error)}") from error
