"""The cleanup process: drops a run's databases and roles on the user's own server when its parent ends.

``python -m bench.database.cleanup PARENT`` reads lines of JSON from its standard input, which the parent keeps open:
first what the run owns, then each database before it is created and after it is dropped. The pipe's end, which comes
with the parent's death even by ``kill -9``, is the sign to drop everything. The answer is one line of JSON:
``{"left": [name, …], "reason"}``.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Literal

import psycopg
from psycopg import sql

from bench.process import boot_id, is_alive, pid_namespace, start_time

DATABASE_NAME = "bench_[0-9a-f]{12}"
ROLE_NAME = f"{DATABASE_NAME}_(app|admin)"
ATTEMPTS = 10
PATIENCE_SECONDS = 30.0
"""How long a server that cannot be reached, because it restarts or has no connection left, is tried again."""

Event = Literal["created", "dropped"]

_PAUSE_SECONDS = 0.2
_MARK = re.compile(r"compliance-bench [0-9a-f]{32} machine (\S+) pid (\d+) of (\d+) since (\d+)")
_UNLIMITED = "SET statement_timeout = 0; SET lock_timeout = 0; SET default_transaction_read_only = off"
"""Limits that the login may have would end a drop halfway. Not startup options, which a pooler may refuse."""


@dataclass(frozen=True)
class RunObjects:
    """RunObjects are what one run makes on a server: two roles, marked as the run's, and the admin role's databases."""

    conninfo: str = field(repr=False)
    app_role: str
    admin_role: str
    mark: str
    """The comment on both roles, set in the transaction that makes them; other roles of the same name lack it."""

    @property
    def roles(self) -> tuple[str, str]:
        """Both roles, by name."""
        return self.app_role, self.admin_role


def new_mark(token: str) -> str:
    """Return the mark of this process's run; ``token`` is 32 hexadecimal digits."""
    pid = os.getpid()
    return f"compliance-bench {token} machine {boot_id()} pid {pid} of {pid_namespace()} since {start_time(pid)}"


def main() -> None:
    """Wait for the parent's end, then drop what the run made."""
    # Ctrl-C and a closed terminal are the parent's to handle; this process goes on until everything is dropped.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    received = _receive(int(sys.argv[1]))
    first, *rest = received.split(b"\n")
    if not rest:
        return  # the parent died before it had sent the plan, and so before it had made anything
    plan = json.loads(first)
    # The last part is empty, or what the parent wrote of a line before it died: nothing was created then.
    left, reason = drop_objects(RunObjects(**plan["objects"]), existing(map(json.loads, rest[:-1])), plan["patience"])
    try:
        sys.stdout.write(json.dumps({"left": left, "reason": reason}) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The parent was killed. Python would complain once more when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if left:
            sys.stderr.write(f"bench: {leftover_message(left, reason)}\n")


def plan_for(objects: RunObjects) -> bytes:
    """Return the first line for the cleanup process."""
    return json.dumps({"objects": asdict(objects), "patience": PATIENCE_SECONDS}).encode() + b"\n"


def existing(events: Iterable[tuple[Event, str]]) -> list[str]:
    """Return the databases that were created, or were about to be, and not dropped."""
    found: list[str] = []
    for event, database in events:
        if event == "created":
            found.append(database)
        else:
            found.remove(database)
    return found


def leftover_message(left: Iterable[str], reason: str) -> str:
    """Say what could not be dropped and why, with the statements that drop it."""
    names = list(left)
    statements = " ".join(
        f'DROP ROLE IF EXISTS "{name}";' if re.fullmatch(ROLE_NAME, name) else f'DROP DATABASE IF EXISTS "{name}";'
        for name in names
    )
    return f"left on the server of BENCH_DATABASE_URL: {', '.join(names)}: {reason}; drop them by hand: {statements}"


def drop_objects(objects: RunObjects, created: Iterable[str], patience: float) -> tuple[list[str], str]:
    """Drop what is found of ``objects``; return the names that could not be dropped, databases first, and why.

    ``created`` are the databases to name if the server cannot be reached within ``patience`` seconds.
    """
    left, reason = [*created, *objects.roles], ""
    deadline = time.monotonic() + patience
    attempts = 0
    while attempts < ATTEMPTS:
        try:
            with psycopg.connect(objects.conninfo, autocommit=True) as connection:
                attempts += 1
                connection.execute(_UNLIMITED)
                left, reason = _drop(connection, objects)
        except psycopg.Error as error:
            reason = str(error)
            if time.monotonic() > deadline:
                break
        if not left:
            break
        # Also because a CREATE DATABASE of a parent that was killed may still be under way.
        time.sleep(_PAUSE_SECONDS)
    return left, " ".join(reason.split())


def drop_leftovers(conninfo: str) -> tuple[list[str], str]:
    """Drop what runs of this machine left on a server when all their processes were killed.

    Returns the names that could not be dropped, and why. Runs of other machines stay: they may be alive. Raises
    psycopg.Error.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        found = connection.execute(
            "SELECT rolname, shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname ~ %s ORDER BY 1 DESC",
            [f"^{ROLE_NAME}$"],
        ).fetchall()
    runs: dict[str, list[str]] = {}
    for role, mark in found:
        if mark and _is_of_dead_process(mark):
            runs.setdefault(mark, []).append(role)
    left, reason = [], ""
    for mark, roles in runs.items():
        stem = roles[0].rpartition("_")[0]
        remaining, why = drop_objects(RunObjects(conninfo, f"{stem}_app", f"{stem}_admin", mark), (), 0)
        left += remaining
        reason = why or reason
    return left, reason


def _is_of_dead_process(mark: str) -> bool:
    found = _MARK.fullmatch(mark)
    if found is None:
        return False
    machine, pid, namespace, started = found[1], *map(int, found.groups()[1:])
    return (machine, namespace) == (boot_id(), pid_namespace()) and not is_alive(pid, started)


def _receive(parent: int) -> bytes:
    """Return all that the parent sends until it ends."""
    received = b""
    # A process that the parent forked may hold the pipe open after its death, so the parent is checked as well.
    # It is checked before the pipe, whose content is complete then.
    while True:
        died = os.getppid() != parent
        if select.select([sys.stdin], [], [], 0 if died else 0.5)[0]:
            chunk = os.read(sys.stdin.fileno(), 65_536)
            if not chunk:
                return received
            received += chunk
        elif died:
            return received


def _drop(connection: psycopg.Connection, objects: RunObjects) -> tuple[list[str], str]:
    """Drop once what is found of the run; return the names left, databases first, and the last reason."""
    roles = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND shobj_description(oid, 'pg_authid') = %s",
        [list(objects.roles), objects.mark],
    ).fetchall()
    # Owned by a role that bears this run's mark: nobody else can have made it.
    databases = connection.execute(
        "SELECT datname FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba"
        " WHERE rolname = ANY(%s) AND datname ~ %s",
        [[role for (role,) in roles if role == objects.admin_role], f"^{DATABASE_NAME}$"],
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
