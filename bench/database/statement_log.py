"""The statement log: what the server saw of one database between two moments."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from bench.database.access import OBSERVER, DatabaseAccess
from bench.database.embedded import LOG_NAME
from bench.database.observer import Capture, fetch, observe
from bench.database.statement_statistics import from_statistics
from bench.database.wire.counts import MARK
from bench.errors import DatabaseError

WAIT_SECONDS = 30
_MARK_WITHIN = 80
"""Characters at the beginning of a statement that hold the mark of the wire's own."""
_SET_BY_SYSTEM = sql.SQL(
    "SELECT 1 FROM pg_file_settings WHERE name = 'log_statement' AND sourcefile LIKE '%/postgresql.auto.conf'"
)
_CONFIGURED = sql.SQL(
    "SELECT coalesce((SELECT setting FROM pg_file_settings WHERE name = 'log_statement' ORDER BY seqno DESC LIMIT 1),"
    " (SELECT boot_val FROM pg_settings WHERE name = 'log_statement'))"
)
_MESSAGE = re.compile(r"(?:statement|execute (?:fetch from )?[^:]*): (.*)", re.DOTALL)


@contextlib.contextmanager
def capture(access: DatabaseAccess) -> Iterator[Capture]:
    """Note the statements that sessions on ``access``'s database send while the block runs, open ones included.

    An embedded server's own log is read, for which log_statement is set for the whole server: that covers every
    session, however it was opened. If this process is killed, the setting stays until ``restore_statement_log`` or the
    next capture. On a user's server pg_stat_statements is read, where it records and may be read. Otherwise the capture
    is unavailable and its warning says why. One capture at a time. Raises DatabaseError.
    """
    captured = Capture()
    if access.log_directory is not None:
        with _from_log(access, Path(access.log_directory, LOG_NAME), captured):
            yield captured
    else:
        with from_statistics(access, captured):
            yield captured


def restore_statement_log(access: DatabaseAccess) -> bool:
    """Switch off the logging that a capture left on because its process was killed; return whether it was on.

    On a user's server a capture changes no setting, so that there is nothing to do. Raises DatabaseError.
    """
    if access.log_directory is None:
        return False
    with observe(access) as observer:
        return _restore(access, observer)


@contextlib.contextmanager
def _from_log(access: DatabaseAccess, log: Path, captured: Capture) -> Iterator[None]:
    token = secrets.token_hex(16)
    begin, end = f"bench-capture begin {token}", f"bench-capture end {token}"
    with observe(access) as observer:
        _restore(access, observer)
        offset = log.stat().st_size
        try:
            fetch(observer, sql.SQL("ALTER SYSTEM SET log_statement = 'all'"))
            _reload(access, observer, "all")
            _mark(observer, begin)
            yield
            _mark(observer, end)
        except BaseException:
            # What went wrong in the block matters more than that the server, perhaps gone by now, cannot be reset.
            with contextlib.suppress(DatabaseError):
                _restore(access, observer)
            raise
        _restore(access, observer)
    captured.statements = _statements(_read(log, offset, end), access.database, begin, end)
    captured.source = "log"


def _restore(access: DatabaseAccess, observer: psycopg.Connection) -> bool:
    """Undo ALTER SYSTEM for log_statement; return whether there was anything to undo."""
    if not fetch(observer, _SET_BY_SYSTEM):
        return False
    fetch(observer, sql.SQL("ALTER SYSTEM RESET log_statement"))
    _reload(access, observer, str(fetch(observer, _CONFIGURED)[0][0]))
    return True


def _mark(observer: psycopg.Connection, marker: str) -> None:
    fetch(observer, sql.SQL("SELECT {}").format(sql.Literal(marker)))


def _log_statement(observer: psycopg.Connection) -> str:
    return str(fetch(observer, sql.SQL("SHOW log_statement"))[0][0])


def _reload(access: DatabaseAccess, observer: psycopg.Connection, expected: str) -> None:
    """Reload the configuration; return when every open session is bound to apply it before its next statement.

    A session applies a reload between receiving a statement and executing it, if the postmaster's signal came before.
    The observer seeing the new value shows that the postmaster is signalling. It does so in one go, and accepts no
    session meanwhile: once a session opened after that is accepted, every other has its signal.
    """
    fetch(observer, sql.SQL("SELECT pg_reload_conf()"))
    deadline = time.monotonic() + WAIT_SECONDS
    while _log_statement(observer) != expected:
        if time.monotonic() > deadline:
            raise DatabaseError(
                f"log_statement = {expected} does not take effect; do not set it on the database or login"
            )
        time.sleep(0.002)
    with observe(access):
        pass


def _read(log: Path, offset: int, end: str) -> bytes:
    """Return the log from ``offset`` on, once it holds the marker ``end``, as the server writes it asynchronously."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        with log.open("rb") as file:
            file.seek(offset)
            text = file.read()
        if b"\n" in text[text.find(end.encode()) :] and end.encode() in text:
            return text
        if time.monotonic() > deadline:
            raise DatabaseError(f"the statement log {log} does not reach the capture's end; is the disk full?")
        time.sleep(0.01)


def _statements(text: bytes, database: str, begin: str, end: str) -> tuple[str, ...]:
    """Return the statements that sessions on ``database`` sent between the two markers."""
    statements: list[str] = []
    inside = False
    for line in text.split(b"\n"):
        if not line:
            continue
        entry = json.loads(line)
        message = entry.get("message", "")
        if entry.get("application_name") == OBSERVER:
            inside = (inside or begin in message) and end not in message
            if end in message:
                break
        elif inside and entry.get("dbname") == database and entry.get("error_severity") == "LOG":
            found = _MESSAGE.fullmatch(message)
            if found and MARK not in found[1][:_MARK_WITHIN]:
                statements.append(found[1])
    return tuple(statements)
