"""The two roles of a run: what the application's and the administrator's may do, and whether they can log in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from bench.database.access import DatabaseAccess, one_line
from bench.errors import DatabaseError

ATTRIBUTES = (
    "BYPASSRLS",
    "CREATEDB",
    "CREATEROLE",
    "INHERIT",
    "NOBYPASSRLS",
    "NOINHERIT",
    "REPLICATION",
    "SUPERUSER",
)
"""What may be asked for, as CREATE ROLE spells it."""
GRANT_OPTIONS_SINCE = 160000

_PASSWORD_BYTES = 24


@dataclass(frozen=True, kw_only=True)
class LoginRoles:
    """LoginRoles are the attributes of two roles that log in by a random password, made for one run.

    A project that reads user and password from its settings needs them: it knows no role by startup option.
    """

    app: tuple[str, ...] = ("NOBYPASSRLS",)
    """Of the application's role."""
    admin: tuple[str, ...] = ("BYPASSRLS",)
    """Of the role that migrates, and owns the database."""


@dataclass(frozen=True, kw_only=True)
class RunRole:
    """A RunRole is one of the two roles to make."""

    name: str
    attributes: tuple[str, ...]
    password: str = field(default="", repr=False)
    """'' for a role that cannot log in."""


def run_roles(app: str, admin: str, logins: LoginRoles | None) -> tuple[RunRole, RunRole]:
    """Return the roles of a run by the names ``app`` and ``admin``; without ``logins`` neither can log in."""
    attributes = logins or LoginRoles()
    passwords = [secrets.token_urlsafe(_PASSWORD_BYTES) if logins else "" for _ in range(2)]
    return (
        RunRole(name=app, attributes=attributes.app, password=passwords[0]),
        RunRole(name=admin, attributes=attributes.admin, password=passwords[1]),
    )


def create_role(connection: psycopg.Connection, role: RunRole, mark: str) -> None:
    """Make ``role`` with ``mark`` as its comment. Raises DatabaseError where the login may not give an attribute."""
    name = sql.Identifier(role.name)
    login: sql.Composable = sql.SQL("NOLOGIN")
    if role.password:
        # The verifier instead of the password, which the server's log would otherwise show.
        verifier = connection.pgconn.encrypt_password(role.password.encode(), role.name.encode(), b"scram-sha-256")
        login = sql.SQL("LOGIN PASSWORD {}").format(sql.Literal(verifier.decode()))
    attributes = sql.SQL(" ").join(map(sql.SQL, role.attributes))  # each one of ATTRIBUTES
    try:
        connection.execute(sql.SQL("CREATE ROLE {} {} {}").format(name, login, attributes))
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseError(
            f"user {connection.info.user} cannot make a role with {' '.join(role.attributes)}: {one_line(error)}; "
            "use a superuser's login, or take the attribute out"
        ) from None
    connection.execute(sql.SQL("COMMENT ON ROLE {} IS {}").format(name, sql.Literal(mark)))
    # From version 16 on, making a role no longer lets its maker take it or use what it owns.
    if connection.info.server_version >= GRANT_OPTIONS_SINCE and not _is_superuser(connection):
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE").format(name))


def check_role(access: DatabaseAccess, role: RunRole) -> None:
    """Raise DatabaseError unless sessions can start as ``role`` and, if it can log in, log in as it."""
    conninfo, remedy = access.conninfo_as(role.name), "connect to the server, not through a pooler"
    _check_session(conninfo, role.name, "start as", remedy)
    if role.password:
        conninfo = make_conninfo(access.conninfo, user=role.name, password=role.password)
        remedy = "let pg_hba.conf take passwords of any user, or give an address by which it does"
        _check_session(conninfo, role.name, "log in as", remedy)


def _check_session(conninfo: str, name: str, what: str, remedy: str) -> None:
    try:
        with psycopg.connect(conninfo) as connection:
            row = connection.execute("SELECT current_user::text").fetchone()
    except psycopg.Error as error:
        raise DatabaseError(f"no session can {what} role {name}: {one_line(error)}; {remedy}") from None
    if row != (name,):
        raise DatabaseError(
            f"a session asked to {what} role {name} did not; connect to the server itself, not a pooler"
        )


def _is_superuser(connection: psycopg.Connection) -> bool:
    return connection.info.parameter_status("is_superuser") == "on"
