"""The user's own server: its connection string checked and made complete, and the reaper that cleans up on it."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.database.access import one_line
from bench.database.reaper import Estate, plan_for
from bench.errors import DatabaseError, InputError

VARIABLE = "BENCH_DATABASE_URL"
OLDEST = 140000
CREATEROLE_GIVES_BYPASSRLS = 160000
"""From this version on, a role with CREATEROLE and BYPASSRLS may give BYPASSRLS; before, only a superuser may."""

_URI = re.compile(r"postgres(ql)?://([^@/]*@)?[^@?]*(\?.*)?", re.DOTALL)


def resolve(url: str) -> str:
    """Return the complete connection string of ``url``, once the server behind it is found fit for the suite.

    What the caller's ``PG*`` variables add to ``url`` is written into it: every process then reaches the same server.
    Raises InputError for a malformed ``url``, DatabaseError for a server that is unreachable or unfit. No message holds
    a password.
    """
    parameters = _parse(url)
    try:
        connection = psycopg.connect(make_conninfo(url, **_defaults(parameters)), autocommit=True)
    except psycopg.Error as error:
        host, database = parameters.get("host", "the default"), parameters.get("dbname", "the default")
        raise DatabaseError(
            f"cannot reach the server of {VARIABLE} (host {host}, port {parameters.get('port', 'the default')}, "
            f"database {database}): {one_line(error)}; start the server or correct the address"
        ) from None
    with connection:
        _check(connection)
        return make_conninfo(
            **{
                option.keyword.decode(): option.val.decode()
                for option in connection.pgconn.info
                if option.val is not None and option.val != option.compiled
            }
        )


@contextlib.contextmanager
def reaper(estate: Estate) -> Iterator[None]:
    """Have ``estate`` dropped after the block, or after this process if that ends first.

    Raises DatabaseError with the names if something could not be dropped, unless the block itself raised.
    """
    # -P: the directory of the file must not become the first place to import from.
    process = subprocess.Popen(
        [sys.executable, "-P", Path(__file__).with_name("reaper.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _write(process, plan_for(estate))
        yield
    finally:
        answer, _ = process.communicate()
    outcome = json.loads(answer or '{"left": ["everything"], "reason": "the reaper process ended early"}')
    if outcome["left"]:
        names = ", ".join(outcome["left"])
        raise DatabaseError(f"left on the server of {VARIABLE}: {names}: {outcome['reason']}; drop them by hand")


def _write(process: subprocess.Popen[bytes], line: bytes) -> None:
    try:
        if process.stdin:
            process.stdin.write(line)
            process.stdin.flush()
    except BrokenPipeError:
        raise DatabaseError("the reaper process ended at once; run 'make setup' again") from None


def _parse(url: str) -> dict[str, str]:
    """Return the parameters of ``url``. The text of a malformed one is not repeated: any part may be the password."""
    with contextlib.suppress(psycopg.Error):
        # A raw @ or / in a password shifts what follows it into host, port or database, which messages repeat.
        if "://" not in url or _URI.fullmatch(url):
            parameters = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
            if re.fullmatch(r"[\d,]*", parameters.get("port", "")):
                return parameters
    raise InputError(
        f"{VARIABLE} is not a connection string; write postgresql://user:password@host:5432/database and "
        "percent-encode special characters in the password"
    ) from None


def _defaults(parameters: dict[str, str]) -> dict[str, str]:
    return {} if "connect_timeout" in parameters else {"connect_timeout": "10"}


def _check(connection: psycopg.Connection) -> None:
    """Raise DatabaseError unless this login can make what the suite needs on a server it knows."""
    row = connection.execute(
        "SELECT current_setting('server_version_num')::int, rolname, rolsuper, rolcreatedb,"
        " rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row is None:
        raise DatabaseError(f"the login of {VARIABLE} is gone from pg_roles; use another login")
    version, user, superuser, createdb, createrole, bypassrls = row
    if version < OLDEST:
        raise DatabaseError(
            f"the server of {VARIABLE} is PostgreSQL {version // 10000}; use version {OLDEST // 10000} or newer"
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
