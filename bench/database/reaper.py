"""The reaper: a process that drops a run's databases and roles on the user's own server when its parent is gone.

It is run as a file. The parent writes what it will make, one line of JSON, to its standard input before it makes it,
and keeps that pipe open; the pipe's end, which comes with the parent's end even by ``kill -9``, is the sign to drop.
It answers with one line of JSON: ``{"left": [name, …], "reason"}``. Linux only.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from dataclasses import asdict, dataclass, field

import psycopg
from psycopg import sql

DATABASE_NAME = "bench_[0-9a-f]{12}"
ATTEMPTS = 10


@dataclass(frozen=True)
class Estate:
    """An Estate is what one run may own on a server: two roles, marked as its own, and the databases of one of them."""

    conninfo: str = field(repr=False)
    app_role: str
    admin_role: str
    mark: str
    """The comment on both roles, set in the transaction that makes them: what tells them from a namesake."""


def main() -> None:
    """Wait for the parent's end, then drop the estate."""
    # Ctrl-C and a closed terminal are the parent's matter; this process goes on until it has dropped everything.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        return
    plan = json.loads(line)
    # A process that the parent forked may hold the pipe open after its end: hence the second sign.
    while not select.select([sys.stdin], [], [], 0.5)[0] and os.getppid() == plan["parent"]:
        pass
    left, reason = drop_estate(Estate(**plan["estate"]))
    try:
        sys.stdout.write(json.dumps({"left": left, "reason": reason}) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads it any more. Python would complain once more when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def plan_for(estate: Estate) -> bytes:
    """Return the line that a parent writes to its reaper."""
    return json.dumps({"parent": os.getpid(), "estate": asdict(estate)}).encode() + b"\n"


def drop_estate(estate: Estate) -> tuple[list[str], str]:
    """Drop the estate; return the names that could not be dropped, and why.

    Several attempts, because a CREATE DATABASE of a parent that was killed may still be under way.
    """
    left, reason = [estate.app_role, estate.admin_role], ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(0.2)
        try:
            with psycopg.connect(estate.conninfo, autocommit=True) as connection:
                left, reason = _drop(connection, estate)
        except psycopg.Error as error:
            reason = str(error)
        if not left:
            break
    return left, " ".join(reason.split())


def _drop(connection: psycopg.Connection, estate: Estate) -> tuple[list[str], str]:
    """Drop once what is found of the estate; return the names left and the last reason."""
    roles = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND shobj_description(oid, 'pg_authid') = %s",
        [[estate.app_role, estate.admin_role], estate.mark],
    ).fetchall()
    # Owned by a role that bears this run's mark: nobody else can have made it.
    databases = connection.execute(
        "SELECT datname FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba"
        " WHERE rolname = ANY(%s) AND datname ~ %s",
        [[role for (role,) in roles if role == estate.admin_role], f"^{DATABASE_NAME}$"],
    ).fetchall()
    commands = [(name, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))) for (name,) in databases]
    commands += [(name, sql.SQL("DROP ROLE {}").format(sql.Identifier(name))) for (name,) in roles]
    left, reason = [], ""
    for name, command in commands:
        try:
            connection.execute(command)
        except psycopg.Error as error:
            left.append(name)
            reason = str(error)
    return left, reason


if __name__ == "__main__":
    main()
