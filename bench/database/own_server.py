"""The user's own server: its connection string checked and made complete, and the cleanup after a run on it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.database.access import one_line
from bench.database.cleanup import (
    PATIENCE_SECONDS,
    Event,
    RunObjects,
    drop_objects,
    existing,
    leftover_message,
    plan_for,
)
from bench.errors import INTERRUPTED, BenchError, DatabaseError, InputError

VARIABLE = "BENCH_DATABASE_URL"
OLDEST = 140000
CREATEROLE_GIVES_BYPASSRLS = 160000
"""From this version on, a role with CREATEROLE and BYPASSRLS may give BYPASSRLS; before, only a superuser may."""

_URI = re.compile(r"postgres(ql)?://([^@/]*@)?[^@?]*(\?.*)?", re.DOTALL)


class InterruptedRunError(DatabaseError):
    """The user interrupted the run, and something of it is left on the server."""

    exit_code = INTERRUPTED


def resolve(url: str) -> str:
    """Return the complete connection string of ``url``, once the server behind it is found fit for the suite.

    What the caller's ``PG*`` variables add to ``url`` is written into it: every process then reaches the same server.
    Raises InputError for a malformed ``url``, DatabaseError for a server that is unreachable or unfit. No message holds
    a password.
    """
    parameters = connection_parameters(url)
    try:
        connection = psycopg.connect(make_conninfo(url, **_defaults(parameters)), autocommit=True)
    except psycopg.Error as error:
        host, database = parameters.get("host", "the default"), parameters.get("dbname", "the default")
        raise DatabaseError(
            f"cannot reach the server of {VARIABLE} (host {host}, port {parameters.get('port', 'the default')}, "
            f"database {database}): {one_line(error)}; check that the server runs, has a connection left, "
            "and that the address is right"
        ) from None
    with connection:
        _check(connection)
        used = {
            option.keyword.decode(): option.val.decode()
            for option in connection.pgconn.info
            if option.val is not None and option.val != option.compiled
        }
        # Where no address is named, another process's libpq may have another default.
        return make_conninfo(**({} if "hostaddr" in used else {"host": connection.info.host}) | used)


class Cleanup:
    """A Cleanup is the parent's end of the cleanup process."""

    def __init__(self, objects: RunObjects) -> None:
        self._objects = objects
        self._events: list[tuple[Event, str]] = []
        self._process = subprocess.Popen(
            # -P: the working directory must not become the first place to import from.
            [sys.executable, "-P", "-m", "bench.database.cleanup", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._send(plan_for(objects))

    def note(self, event: Event, database: str) -> None:
        """Note that ``database`` is about to be created, or was dropped."""
        self._events.append((event, database))
        self._send(json.dumps((event, database)).encode() + b"\n")

    def finish(self) -> str:
        """Drop everything; return messages to the user about what is left, empty if nothing is."""
        answer, _ = self._process.communicate()
        if answer.endswith(b"\n"):
            outcome = json.loads(answer)
            left, reason = outcome["left"], outcome["reason"]
        else:
            # The process was killed.
            left, reason = drop_objects(self._objects, existing(self._events), PATIENCE_SECONDS)
        return leftover_message(left, reason) if left else ""

    def _send(self, line: bytes) -> None:
        assert self._process.stdin is not None  # opened as a pipe
        # A process that was killed is noticed at the end, when this one drops everything in its place.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(line)
            self._process.stdin.flush()


@contextlib.contextmanager
def cleaned_up(objects: RunObjects) -> Iterator[Cleanup]:
    """Have ``objects`` dropped after the block, or when this process dies if that comes first.

    If something cannot be dropped, the error names it with the statements that drop it: the block's own error, or a
    DatabaseError.
    """
    cleanup = Cleanup(objects)
    try:
        yield cleanup
    except BenchError as error:
        if left := cleanup.finish():
            error.args = (f"{error}; {left}",)
        raise
    except KeyboardInterrupt:
        if left := cleanup.finish():
            raise InterruptedRunError(f"interrupted; {left}") from None
        raise
    except BaseException as error:
        if left := cleanup.finish():
            error.add_note(left)
        raise
    if left := cleanup.finish():
        raise DatabaseError(left)


def connection_parameters(url: str, name: str = VARIABLE) -> dict[str, str]:
    """Return the parameters of ``url``, which errors call ``name``. Raises InputError for a malformed one.

    Its text is not repeated: any part may be the password.
    """
    with contextlib.suppress(psycopg.Error):
        # A raw @ or / in a password shifts what follows it into host, port or database, which messages repeat.
        if "://" not in url or _URI.fullmatch(url):
            parameters = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
            if re.fullmatch(r"[\d,]*", parameters.get("port", "")):
                return parameters
    raise InputError(
        f"{name} is not a connection string; write postgresql://user:password@host:5432/database and "
        "percent-encode special characters in the password"
    ) from None


def _defaults(parameters: dict[str, str]) -> dict[str, str]:
    # In a cluster of another encoding, sessions would otherwise get and send text as bytes of that encoding.
    always = {"client_encoding": "UTF8"}
    return always if "connect_timeout" in parameters else {**always, "connect_timeout": "10"}


def _check(connection: psycopg.Connection) -> None:
    """Raise DatabaseError unless this login can make what the suite needs on a server it knows."""
    row = connection.execute(
        "SELECT current_setting('server_version_num')::int, rolname, rolsuper, rolcreatedb, rolcreaterole,"
        " rolbypassrls, pg_is_in_recovery(), current_setting('transaction_read_only')::bool"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row is None:
        raise DatabaseError(f"the login of {VARIABLE} is gone from pg_roles; use another login")
    version, user, superuser, createdb, createrole, bypassrls, standby, read_only = row
    if version < OLDEST:
        raise DatabaseError(
            f"the server of {VARIABLE} is PostgreSQL {version // 10000}; use version {OLDEST // 10000} or newer"
        )
    if standby:
        raise DatabaseError(f"the server of {VARIABLE} is a standby, which cannot be written; use its primary")
    if read_only:
        raise DatabaseError(
            f"sessions of user {user} of {VARIABLE} are read-only; let ALTER ROLE {user} SET "
            "default_transaction_read_only = off allow them to write"
        )
    if superuser:
        return
    if version < CREATEROLE_GIVES_BYPASSRLS:
        raise DatabaseError(
            f"user {user} of {VARIABLE} is no superuser, and PostgreSQL {version // 10000} lets only a superuser "
            "make a role with BYPASSRLS; use a superuser or PostgreSQL 16 or newer"
        )
    held = {"CREATEDB": createdb, "CREATEROLE": createrole, "BYPASSRLS": bypassrls}
    missing = " ".join(name for name, has in held.items() if not has)
    if missing:
        raise DatabaseError(
            f"user {user} of {VARIABLE} lacks {missing}; let a superuser run ALTER ROLE {user} {missing}, "
            "or use another user"
        )
