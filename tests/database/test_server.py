"""A Server creates databases under its own names and drops no others; its roles are those of production."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
from collections.abc import Callable, Iterator

import msgspec
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.database import own_server
from bench.database.access import DatabaseAccess
from bench.database.embedded import ServerHandle, embedded_server
from bench.database.server import Server, open_server
from bench.errors import DatabaseError, InputError
from tests.support.processes import is_running, spawn, wait_until

pytestmark = pytest.mark.server

OPEN = """
import os, sys, time
from bench.database.server import open_server
with open_server(sys.argv[1]) as server:
    access = server.create_database(server.create_database())
    child = os.fork() if sys.argv[2] == "fork" else 0
    if child or sys.argv[2] != "fork":
        print(access.database, child, flush=True)
    time.sleep(600)
"""
PASSWORD = "s3cr3t&Pass"  # noqa: S105  of no account
NAMESAKE = "bench_0123456789ab"


def execute(conninfo: str, *commands: str) -> list[tuple[object, ...]]:
    """Run commands, each in a separate transaction, and return the rows of the last."""
    rows: list[tuple[object, ...]] = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for command in commands:
            cursor = connection.execute(command.encode())
            rows = cursor.fetchall() if cursor.description else []
    return rows


def estate(handle: ServerHandle) -> list[tuple[object, ...]]:
    """Every database and every role of the server."""
    return execute(handle.conninfo, "SELECT datname FROM pg_database UNION ALL SELECT rolname FROM pg_roles ORDER BY 1")


@pytest.fixture
def login(handle: ServerHandle) -> Iterator[Callable[[str], str]]:
    """Make the user ``planner`` with the given attributes and return the address of the server for it."""

    def make(attributes: str) -> str:
        execute(handle.conninfo, f"CREATE ROLE planner LOGIN {attributes}")
        return make_conninfo(handle.conninfo, user="planner")

    yield make
    execute(handle.conninfo, "DROP ROLE planner")


def check_row_level_security(access: DatabaseAccess) -> None:
    """The admin role owns the table and sees every row, the application role only its tenant's, or none."""
    admin, app = access.conninfo_as(access.admin_role), access.conninfo_as(access.app_role)
    execute(
        admin,
        "CREATE TABLE t (tenant text)",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE t FORCE ROW LEVEL SECURITY",
        "CREATE POLICY own ON t USING (tenant = current_setting('api.tenant_id', true))",
        f'GRANT SELECT, INSERT ON t TO "{access.app_role}"',
        "INSERT INTO t VALUES ('a'), ('b')",
    )
    count = "SELECT count(*) FROM t"
    assert execute(admin, count) == [(2,)]
    assert execute(app, count) == [(0,)]
    assert execute(app, "SET api.tenant_id = 'a'", count) == [(1,)]
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="row-level security"):
        execute(app, "COPY t FROM STDIN")


def test_without_an_address_the_server_is_embedded_and_ends_with_the_block() -> None:
    with open_server(None, 18) as server:
        access = server.create_database()
        assert (server.source, access.log_directory is not None) == ("embedded", True)
        assert server.version.startswith("18.")
        ((backend,),) = execute(access.conninfo, "SELECT pg_backend_pid()::text")
        ((lock_file,),) = execute(access.conninfo, "SELECT pg_read_file('postmaster.pid')")
    assert not is_running(int(str(backend)))
    assert not is_running(int(str(lock_file).split()[0]))


def test_the_settings_say_what_moves_the_figures(server: Server) -> None:
    settings = server.settings()
    assert settings["autovacuum"] == "off"
    assert settings["shared_buffers"] == "256MB"
    assert settings["server_version"] == server.version
    assert settings["jit_available"] in {"true", "false"}


def test_an_address_wins_over_the_embedded_server(handle: ServerHandle) -> None:
    with open_server(handle.conninfo) as server:
        access = server.create_database()
        assert (server.source, access.log_directory) == ("own", None)
        assert (access.database,) in execute(handle.conninfo, "SELECT datname FROM pg_database")


def test_both_roles_stand_as_in_production_to_row_level_security(server: Server) -> None:
    check_row_level_security(server.create_database())


def test_a_login_that_is_no_superuser_will_do(handle: ServerHandle, login: Callable[[str], str]) -> None:
    before = estate(handle)
    with open_server(login("CREATEDB CREATEROLE BYPASSRLS")) as server:
        original = server.create_database()
        check_row_level_security(original)
        copy = server.create_database(original)
        assert execute(copy.conninfo_as(copy.admin_role), "SELECT count(*) FROM t") == [(2,)]
        server.drop_database(copy)
    assert set(estate(handle)) == {*before, ("planner",)}


@pytest.mark.parametrize("missing", ["CREATEDB", "CREATEROLE", "BYPASSRLS"])
def test_what_a_login_lacks_is_named_with_the_command_that_gives_it(
    handle: ServerHandle, login: Callable[[str], str], missing: str
) -> None:
    address = login(" ".join({"CREATEDB", "CREATEROLE", "BYPASSRLS"} - {missing}))
    expected = f"lacks {missing}; let a superuser run ALTER ROLE planner {missing}"
    with pytest.raises(DatabaseError, match=expected), open_server(address):
        pass


def test_a_copy_holds_what_its_template_held_for_the_same_roles(server: Server) -> None:
    original = server.create_database()
    execute(original.conninfo_as(original.admin_role), "CREATE TABLE t AS SELECT 7 AS seven")
    copy = server.create_database(original)
    assert copy.database != original.database
    assert (copy.app_role, copy.admin_role) == (original.app_role, original.admin_role)
    assert execute(copy.conninfo_as(copy.admin_role), "SELECT seven FROM t") == [(7,)]


def test_a_template_in_use_is_a_clear_error(handles: Callable[[int], ServerHandle]) -> None:
    """On one version only: PostgreSQL itself waits five seconds for the session to end."""
    with open_server(handles(16).conninfo) as server:
        original = server.create_database()
        with psycopg.connect(original.conninfo), pytest.raises(DatabaseError, match="being accessed by other users"):
            server.create_database(original)


def test_a_database_is_dropped_whoever_is_connected(server: Server) -> None:
    access = server.create_database()
    with psycopg.connect(access.conninfo):
        server.drop_database(access)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(access.conninfo)


def test_only_a_database_that_this_server_made_is_dropped(handle: ServerHandle, server: Server) -> None:
    with open_server(handle.conninfo) as other:
        foreign = other.create_database()
        with pytest.raises(DatabaseError, match="was not made by this run; it stays"):
            server.drop_database(foreign)
        other.drop_database(foreign)
        with pytest.raises(DatabaseError, match="was not made by this run"):
            other.drop_database(foreign)


@pytest.mark.parametrize("error", [None, ZeroDivisionError, KeyboardInterrupt])
def test_nothing_of_a_run_stays_on_the_users_server(handle: ServerHandle, error: type[BaseException] | None) -> None:
    before = estate(handle)
    with contextlib.suppress(ZeroDivisionError, KeyboardInterrupt), open_server(handle.conninfo) as server:
        server.create_database(server.create_database())
        assert len(estate(handle)) == len(before) + 4
        if error:
            raise error
    assert estate(handle) == before


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_nothing_of_a_run_stays_when_its_process_is_ended(handle: ServerHandle, number: signal.Signals) -> None:
    before = estate(handle)
    with spawn(OPEN, handle.conninfo, "alone") as child:
        assert child.stdout
        database, _ = child.stdout.readline().split()
        assert (database,) in estate(handle)
        child.send_signal(number)
    wait_until(lambda: estate(handle) == before, "the end of the cleanup")


def test_a_forked_child_that_holds_the_pipe_open_does_not_keep_the_run_alive(handle: ServerHandle) -> None:
    before = estate(handle)
    with spawn(OPEN, handle.conninfo, "fork") as parent:
        assert parent.stdout
        _, child = parent.stdout.readline().split()
        parent.kill()
        try:
            wait_until(lambda: estate(handle) == before, "the end of the cleanup")
            assert is_running(int(child))
        finally:
            os.kill(int(child), signal.SIGKILL)


def test_a_database_of_the_user_that_is_named_like_ours_stays(handle: ServerHandle) -> None:
    execute(handle.conninfo, f"CREATE DATABASE {NAMESAKE}")
    try:
        with open_server(handle.conninfo) as server:
            ours = server.create_database()
            with pytest.raises(DatabaseError, match=f"{NAMESAKE} was not made by this run"):
                server.drop_database(dataclasses.replace(ours, database=NAMESAKE))
        assert (NAMESAKE,) in estate(handle)
    finally:
        execute(handle.conninfo, f"DROP DATABASE {NAMESAKE}")


@pytest.mark.nightly
def test_what_could_not_be_dropped_is_named() -> None:
    expected = r"left on the server .*bench_\w+_app, bench_\w+_admin: .*; drop them"
    with contextlib.ExitStack() as stack:
        handle = stack.enter_context(embedded_server())
        with pytest.raises(DatabaseError, match=expected), open_server(handle.conninfo):
            stack.close()


def test_an_unreachable_server_is_named_without_its_password() -> None:
    address = "postgresql://me:s3cr3t%26Pass@127.0.0.1:1/shop"
    expected = r"\(host 127\.0\.0\.1, port 1, database shop\): .*check that the server runs"
    with pytest.raises(DatabaseError, match=expected) as caught, open_server(address):
        pass
    assert "s3cr3t" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "mysql://me:s3cr3t@host/shop",
        "postgresql://me:s3@cr3t@host/shop",
        "postgresql://me:1/s3cr3t@host/shop",
        "postgresql://me:s3cr3t/x@host/shop",
        "postgresql://me:%s3cr3t@host/shop",
        "host=localhost password=s3 cr3t",
        "host=localhost port=s3cr3t",
    ],
)
def test_a_malformed_address_is_refused_and_not_repeated(address: str) -> None:
    expected = "BENCH_DATABASE_URL is not a connection string; write postgresql://"
    with pytest.raises(InputError, match=expected) as caught, open_server(address):
        pass
    assert "cr3t" not in str(caught.value)


def test_a_server_that_is_too_old_is_refused(handle: ServerHandle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_server, "OLDEST", 190000)
    expected = "; use version 19 or newer"
    with pytest.raises(DatabaseError, match=expected), open_server(handle.conninfo):
        pass


def test_what_the_environment_adds_to_an_address_is_kept_for_every_process(
    handle: ServerHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = conninfo_to_dict(handle.conninfo)
    monkeypatch.setenv("PGHOST", str(parameters["host"]))
    monkeypatch.setenv("PGUSER", "postgres")
    with open_server("postgresql:///postgres") as server:
        access = server.create_database()
        monkeypatch.delenv("PGHOST")
        monkeypatch.delenv("PGUSER")
        assert execute(access.conninfo, "SELECT current_user::text") == [("postgres",)]


def test_the_options_of_an_address_stay_beside_the_role(handle: ServerHandle) -> None:
    with open_server(make_conninfo(handle.conninfo, options="-c work_mem=9MB")) as server:
        access = server.create_database()
        conninfo = access.conninfo_as(access.app_role, application_name="worker")
        query = "SELECT current_user::text, current_setting('work_mem'), current_setting('application_name')"
        assert execute(conninfo, query) == [(access.app_role, "9MB", "worker")]
        assert execute(conninfo, "RESET ROLE", "SELECT current_user::text") == [(access.app_role,)]


def test_a_role_of_any_name_can_be_taken(handle: ServerHandle) -> None:
    role = "a b\\c"
    access = DatabaseAccess(handle.conninfo, "postgres", role, role)
    execute(handle.conninfo, f'CREATE ROLE "{role}"')
    try:
        assert execute(access.conninfo_as(role), "SELECT current_user::text") == [(role,)]
    finally:
        execute(handle.conninfo, f'DROP ROLE "{role}"')


def test_an_access_travels_as_json_and_does_not_show_its_password() -> None:
    access = DatabaseAccess(make_conninfo(host="h", password=PASSWORD), "bench_1", "app", "admin")
    assert msgspec.json.decode(msgspec.json.encode(access), type=DatabaseAccess) == access
    assert PASSWORD not in repr(access)
