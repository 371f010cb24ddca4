"""Undoing what is left on the server rather than in the database: settings, roles and replication slots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from psycopg import sql

from bench.database.state import State

_FLAGS = ("SUPERUSER", "INHERIT", "CREATEROLE", "CREATEDB", "LOGIN", "REPLICATION", "BYPASSRLS")


def undo(connection: psycopg.Connection, before: State, after: State) -> None:
    """Give settings, roles and replication slots the definitions of ``before``. Raises psycopg.Error."""
    differing = [
        key
        for key in before.definitions.keys() | after.definitions.keys()
        if before.definitions.get(key) != after.definitions.get(key)
    ]
    for key in differing:
        kind, _, name = key
        old: Mapping[str, Any] | None = before.definitions.get(key)
        new: Mapping[str, Any] | None = after.definitions.get(key)
        if kind == "replication slot" and new is not None:
            connection.execute("SELECT pg_drop_replication_slot(%s)", [name])
        elif kind == "configured setting":
            _reconfigure(connection, name, old)
        elif kind == "settings" and not (definition := old or new or {})["in this database"]:
            for command in _role_settings(definition["role"], old):
                connection.execute(command)
        elif kind == "role":
            for command in _role(name, old, new):
                connection.execute(command)
    connection.execute("SELECT pg_reload_conf()")


def _reconfigure(connection: psycopg.Connection, name: str, old: Mapping[str, Any] | None) -> None:
    setting = sql.SQL(".").join(map(sql.Identifier, name.split(".")))
    connection.execute(sql.SQL("ALTER SYSTEM RESET {}").format(setting))
    if old is None:
        return
    # What postgresql.conf says is in force again; what an earlier ALTER SYSTEM said is not.
    found = connection.execute(
        "SELECT setting FROM pg_file_settings WHERE name = %s ORDER BY seqno DESC LIMIT 1", [name]
    ).fetchone()
    if found is None or found[0] != old["value"]:
        connection.execute(sql.SQL("ALTER SYSTEM SET {} TO {}").format(setting, sql.Literal(old["value"])))


def _role_settings(role: str | None, old: Mapping[str, Any] | None) -> Iterator[sql.Composed]:
    name = sql.Identifier(role) if role else sql.SQL("ALL")
    yield sql.SQL("ALTER ROLE {} RESET ALL").format(name)
    for entry in (old or {}).get("values", ()):
        setting, _, value = entry.partition("=")
        yield sql.SQL("ALTER ROLE {} SET {} TO {}").format(
            name, sql.SQL(".").join(map(sql.Identifier, setting.split("."))), sql.Literal(value)
        )


def _role(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[sql.Composed]:
    role = sql.Identifier(name)
    if old is None:
        yield sql.SQL("DROP OWNED BY {}").format(role)
        yield sql.SQL("DROP ROLE {}").format(role)
        return
    if new is None:
        return
    flags = sql.SQL(" ").join(sql.SQL(flag if old[flag] else f"NO{flag}") for flag in _FLAGS if old[flag] != new[flag])
    limit = sql.Literal(old["CONNECTION LIMIT"])
    yield sql.SQL("ALTER ROLE {} WITH {} CONNECTION LIMIT {}").format(role, flags, limit)
    for group in {*(new["member of"] or ())} - {*(old["member of"] or ())}:
        yield sql.SQL("REVOKE {} FROM {}").format(sql.Identifier(group), role)
    for group in {*(old["member of"] or ())} - {*(new["member of"] or ())}:
        yield sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), role)
