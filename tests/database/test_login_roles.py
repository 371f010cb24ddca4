"""The roles of a run log in by password where a project needs it, and are dropped as all others are."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from bench.database.access import DatabaseAccess
from bench.database.roles import LoginRoles
from bench.database.server import open_server
from bench.errors import DatabaseError
from tests.support.foreign_server import ForeignServer, foreign_server

pytestmark = pytest.mark.server

LOGINS = LoginRoles(app=("NOBYPASSRLS",), admin=("BYPASSRLS", "CREATEROLE"))


def log_in(access: DatabaseAccess, kind: str, password: str | None = None) -> tuple[object, ...] | None:
    """Log in as a driver of another project would, by what its settings get; return who that is, and what it may."""
    places = access.places()
    prefix = "" if kind == "app" else "admin_"
    with psycopg.connect(
        host=places["host"],
        port=places["port"],
        dbname=places["database"],
        user=places[f"{prefix}user"],
        password=places[f"{prefix}password"] if password is None else password,
    ) as connection:
        return connection.execute(
            "SELECT rolname::text, rolbypassrls, rolcreaterole, rolsuper FROM pg_roles WHERE rolname = session_user"
        ).fetchone()


def roles_on(server: ForeignServer) -> list[str]:
    with psycopg.connect(server.conninfo) as connection:
        return [name for (name,) in connection.execute("SELECT rolname FROM pg_roles WHERE rolname ~ '^bench'")]


def asking_for_passwords(server: ForeignServer, rest: str) -> None:
    """Let only the superuser in without a password; ``rest`` is the method for others."""
    (server.data / "pg_hba.conf").write_text(f"local all postgres trust\nlocal all all {rest}\n", encoding="ascii")
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute("SELECT pg_reload_conf()")


def test_on_the_embedded_server_both_roles_log_in_with_the_attributes_asked_for() -> None:
    with open_server(None, 16, LOGINS) as server:
        access = server.create_database(server.create_database())
        assert log_in(access, "app") == (access.app_role, False, False, False)
        assert log_in(access, "admin") == (access.admin_role, True, True, False)
        with psycopg.connect(access.conninfo_as(access.app_role)) as connection:
            assert connection.execute("SELECT current_user::text").fetchone() == (access.app_role,)


def test_without_login_roles_nobody_can_log_in() -> None:
    with open_server(None, 16) as server:
        access = server.create_database()
        with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
            log_in(access, "app")


def test_on_a_server_that_asks_for_passwords_only_the_runs_own_password_serves(temporary: Path) -> None:
    with foreign_server(temporary) as running:
        asking_for_passwords(running, "scram-sha-256")
        with open_server(running.conninfo, logins=LOGINS) as server:
            access = server.create_database()
            assert log_in(access, "app") == (access.app_role, False, False, False)
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                log_in(access, "app", access.admin_password)
        assert roles_on(running) == []


def test_a_server_that_takes_no_password_is_an_error_that_shows_none(temporary: Path) -> None:
    with foreign_server(temporary) as running:
        asking_for_passwords(running, "reject")
        with (
            pytest.raises(DatabaseError, match=r"^no session can log in as role bench_\w+_app: .*let pg_hba") as caught,
            open_server(running.conninfo, logins=LOGINS) as server,
        ):
            server.create_database()
        assert "\n" not in str(caught.value)
        assert roles_on(running) == []


def test_an_attribute_that_the_login_cannot_give_is_named(temporary: Path) -> None:
    with foreign_server(temporary) as running:
        with psycopg.connect(running.conninfo, autocommit=True) as connection:
            connection.execute("CREATE ROLE planner LOGIN CREATEDB CREATEROLE BYPASSRLS")
        address = make_conninfo(running.conninfo, user="planner")
        expected = r"^user planner cannot make a role with SUPERUSER: .*; use a superuser's login"
        with (
            pytest.raises(DatabaseError, match=expected),
            open_server(address, logins=LoginRoles(admin=("SUPERUSER",))),
        ):
            pass
        assert roles_on(running) == []


def test_neither_password_nor_its_text_is_shown_with_the_access() -> None:
    with open_server(None, 16, LOGINS) as server:
        access = server.create_database()
        assert re.fullmatch(r"[\w-]{32}", access.app_password)
        assert access.app_password != access.admin_password
        assert access.app_password not in repr(access)
        assert access.admin_password not in repr(access)


def test_an_address_without_a_host_names_the_socket_that_was_used(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with foreign_server(temporary):
        monkeypatch.setenv("PGHOST", str(temporary))
        monkeypatch.setenv("PGPORT", "5433")
        with open_server("postgresql:///postgres?user=postgres", logins=LOGINS) as server:
            places = server.create_database().places()
            assert (places["host"], places["port"]) == (str(temporary), "5433")
