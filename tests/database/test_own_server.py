"""On the user's own server everything is dropped even after a failure, or named with the SQL to drop it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.database import cleanup
from bench.database.server import open_server
from bench.errors import INTERRUPTED, BenchError, DatabaseError, InputError
from tests.support.foreign_server import PORT, ForeignServer, foreign_server
from tests.support.processes import descendants, is_running, spawn, wait_until

pytestmark = pytest.mark.server

PASSWORD = "s3cr3t ' \\ % & é"  # noqa: S105 - a server that trusts everybody does not ask for it
OPEN = """
import sys, time
from bench.database.server import open_server
with open_server(sys.argv[1]) as server:
    server.create_database(server.create_database())
    print("open", flush=True)
    sys.stdin.readline()
"""
ROLES = ("parent", "cleanup")


def objects(conninfo: str) -> set[str]:
    """Every database and role of a server but those that were there from the beginning."""
    with psycopg.connect(conninfo, autocommit=True, client_encoding="UTF8") as connection:
        found = connection.execute("SELECT datname FROM pg_database UNION ALL SELECT rolname FROM pg_roles").fetchall()
    return {name for (name,) in found if name.startswith("bench")}


def statements_in(message: str) -> list[str]:
    return re.findall(r"DROP (?:DATABASE|ROLE) IF EXISTS \"\w+\";", message)


@pytest.fixture
def server(temporary: Path) -> Iterator[ForeignServer]:
    with foreign_server(temporary, "--locale=C", "--encoding=UTF8") as running:
        yield running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleanup, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("bench.database.own_server.PATIENCE_SECONDS", 0.0)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "EUC_JP"])
def test_on_a_cluster_in_another_encoding_databases_are_in_utf8_and_dropped(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    with foreign_server(temporary, f"--encoding={encoding}", "--locale=C") as running:
        monkeypatch.setenv("PGCLIENTENCODING", encoding)
        with open_server(running.conninfo) as server:
            access = server.create_database(server.create_database())
            with psycopg.connect(access.conninfo_as(access.app_role)) as connection:
                query = "SELECT getdatabaseencoding()::text, current_setting('client_encoding'), '漢é'"
                assert connection.execute(query).fetchone() == ("UTF8", "UTF8", "漢é")
        assert objects(running.conninfo) == set()


@pytest.mark.skipif(shutil.which("localedef") is None, reason="no localedef makes a locale of another encoding")
def test_a_locale_for_another_encoding_does_not_prevent_a_database_in_utf8(temporary: Path) -> None:
    locales = temporary / "locales"
    locales.mkdir()
    command = ["localedef", "-f", "ISO-8859-1", "-i", "en_US", "--no-archive", str(locales / "en_US.ISO-8859-1")]
    subprocess.run(command, check=True, capture_output=True)
    environment = {"LOCPATH": str(locales)}
    options = ("--locale=en_US.ISO-8859-1", "--encoding=LATIN1")
    with foreign_server(temporary, *options, environment=environment) as running:
        with open_server(running.conninfo) as server, psycopg.connect(server.create_database().conninfo) as connection:
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert objects(running.conninfo) == set()


@pytest.mark.parametrize("error", [None, DatabaseError("lost"), KeyboardInterrupt(), ZeroDivisionError()])
def test_a_restart_in_the_middle_ends_with_everything_dropped(
    server: ForeignServer, error: BaseException | None
) -> None:
    again = threading.Timer(1.0, server.start)
    expectation = pytest.raises(type(error)) if error else contextlib.nullcontext()
    with expectation as caught, open_server(server.conninfo) as opened:
        opened.create_database(opened.create_database())
        server.stop()
        again.start()
        if error:
            raise error
    again.join()
    assert caught is None or caught.value is error
    assert getattr(error, "__notes__", []) == []
    assert objects(server.conninfo) == set()


@pytest.mark.parametrize(
    "error", [None, InputError("cause"), DatabaseError("cause"), KeyboardInterrupt(), ZeroDivisionError("cause")]
)
@pytest.mark.usefixtures("impatient")
def test_what_is_left_on_a_server_that_is_gone_is_named_with_the_statements_that_drop_it(
    server: ForeignServer, error: BaseException | None
) -> None:
    address = make_conninfo(server.conninfo, password=PASSWORD)
    with pytest.raises(BaseException) as caught, open_server(address) as opened:  # noqa: PT012 - one of many
        dropped = opened.create_database()
        kept = opened.create_database(dropped)
        opened.drop_database(dropped)
        created = objects(server.conninfo)
        server.stop()
        if error:
            raise error
    server.start()
    message = " ".join([str(caught.value), *getattr(caught.value, "__notes__", ())])
    if isinstance(error, BenchError):
        assert caught.value is error
    elif isinstance(error, KeyboardInterrupt):
        assert isinstance(caught.value, DatabaseError)
        assert caught.value.exit_code == INTERRUPTED
        assert message.startswith("interrupted; ")
    assert error is None or isinstance(error, KeyboardInterrupt) or message.startswith("cause")
    assert "left on the server of BENCH_DATABASE_URL: " in message
    assert "s3cr3t" not in message
    assert "\n" not in message
    assert len(created) == 3
    assert kept.database in created
    assert dropped.database not in message
    assert len(statements_in(message)) == 3
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        for statement in statements_in(message):
            connection.execute(statement.encode())
    assert objects(server.conninfo) == set()


@pytest.mark.parametrize("chosen", [("parent",), ("cleanup",), ROLES], ids=" and ".join)
def test_whichever_process_is_killed_everything_is_dropped_at_the_latest_by_the_next_run(
    server: ForeignServer, chosen: tuple[str, ...]
) -> None:
    with spawn(OPEN, server.conninfo, stdin=subprocess.PIPE) as parent:
        assert parent.stdin
        assert parent.stdout
        assert parent.stdout.readline() == "open\n"
        (child,) = descendants(parent.pid)
        roles = {"parent": parent.pid, "cleanup": child}
        assert len(objects(server.conninfo)) == 4
        for role in reversed(chosen):
            os.kill(roles[role], signal.SIGKILL)
        parent.stdin.close()
    if chosen == ROLES:
        assert len(objects(server.conninfo)) == 4, "nobody is left to drop them"
        with open_server(server.conninfo) as opened:
            assert opened.warnings == ()
            assert len(objects(server.conninfo)) == 2
    wait_until(lambda: not is_running(child) and not objects(server.conninfo), "the end of everything")


def test_what_the_next_run_may_not_drop_it_names(server: ForeignServer) -> None:
    with spawn(OPEN, server.conninfo, stdin=subprocess.PIPE) as parent:
        assert parent.stdout
        parent.stdout.readline()
        for pid in (*descendants(parent.pid), parent.pid):
            os.kill(pid, signal.SIGKILL)
    left = objects(server.conninfo)
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute("CREATE ROLE planner LOGIN CREATEDB CREATEROLE BYPASSRLS")
    with open_server(make_conninfo(server.conninfo, user="planner")) as opened:
        (warning,) = opened.warnings
    assert len(statements_in(warning)) == 4
    assert all(name in warning for name in left)
    assert objects(server.conninfo) == left


def test_a_killed_parent_whose_server_is_gone_has_the_cleanup_name_what_is_left(
    server: ForeignServer, tmp_path: Path
) -> None:
    program = f"from bench.database import cleanup, own_server\ncleanup.PATIENCE_SECONDS = 0.0\n{OPEN}"
    log = tmp_path / "stderr"
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT)

    def keep_errors() -> None:
        os.dup2(descriptor, 2)

    with spawn(program, server.conninfo, stdin=subprocess.PIPE, before=keep_errors) as parent:
        assert parent.stdout
        parent.stdout.readline()
        (child,) = descendants(parent.pid)
        server.stop()
        parent.kill()
    os.close(descriptor)
    wait_until(lambda: not is_running(child), "the end of the cleanup process")
    assert len(statements_in(log.read_text())) == 4
    assert log.read_text().count("\n") == 1


def test_two_runs_at_once_leave_each_other_alone(server: ForeignServer) -> None:
    with open_server(server.conninfo) as one:
        mine = one.create_database()
        with open_server(server.conninfo) as other:
            other.create_database()
            assert len(objects(server.conninfo)) == 6
        assert len(objects(server.conninfo)) == 3
        assert mine.database in objects(server.conninfo)
    assert objects(server.conninfo) == set()


def test_what_only_resembles_a_run_stays(server: ForeignServer) -> None:
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute("CREATE ROLE bench_0123456789ab_app")
        connection.execute("CREATE ROLE bench_0123456789ab_admin")
        connection.execute("COMMENT ON ROLE bench_0123456789ab_admin IS 'compliance-bench of 2019'")
        connection.execute("CREATE DATABASE bench_0123456789ab OWNER bench_0123456789ab_admin")
    before = objects(server.conninfo)
    with open_server(server.conninfo) as opened:
        opened.create_database()
    assert objects(server.conninfo) == before


def test_a_login_without_a_connection_left_is_waited_for(server: ForeignServer) -> None:
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute("CREATE ROLE planner LOGIN CREATEDB CREATEROLE BYPASSRLS")

    def limit(number: int) -> None:
        with psycopg.connect(server.conninfo, autocommit=True) as connection:
            connection.execute(f"ALTER ROLE planner CONNECTION LIMIT {number}".encode())

    with open_server(make_conninfo(server.conninfo, user="planner")) as opened:
        opened.create_database()
        limit(0)
        threading.Timer(1.0, limit, [-1]).start()
    assert objects(server.conninfo) == set()


def test_a_login_without_a_connection_left_is_told_so_at_the_start(server: ForeignServer) -> None:
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute("CREATE ROLE planner LOGIN CREATEDB CREATEROLE BYPASSRLS CONNECTION LIMIT 0")
    expected = r"too many connections for role .*; check that the server runs, has a connection left"
    with pytest.raises(DatabaseError, match=expected), open_server(make_conninfo(server.conninfo, user="planner")):
        pass


def test_a_standby_is_refused_before_anything_is_made(server: ForeignServer) -> None:
    server.stop()
    (server.data / "standby.signal").touch()
    server.start()
    expected = "is a standby, which cannot be written; use its primary"
    with pytest.raises(DatabaseError, match=expected), open_server(server.conninfo):
        pass


def test_a_read_only_login_is_refused_with_the_command_that_helps(server: ForeignServer) -> None:
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        connection.execute("SELECT pg_reload_conf()")
    wait_until(lambda: is_read_only(server.conninfo), "the reload")
    expected = "are read-only; let ALTER ROLE postgres SET default_transaction_read_only = off"
    with pytest.raises(DatabaseError, match=expected), open_server(server.conninfo):
        pass


def is_read_only(conninfo: str) -> bool:
    with psycopg.connect(conninfo) as connection:
        return connection.execute("SHOW transaction_read_only").fetchone() == ("on",)


def test_limits_of_the_login_do_not_stop_the_cleanup(server: ForeignServer) -> None:
    with open_server(server.conninfo) as opened:
        opened.create_database()
        with psycopg.connect(server.conninfo, autocommit=True) as connection:
            connection.execute("ALTER ROLE postgres SET statement_timeout = 20")
            connection.execute("ALTER ROLE postgres SET default_transaction_read_only = on")
    unlimited = make_conninfo(server.conninfo, options="-c statement_timeout=0")
    assert objects(unlimited) == set()


def test_a_pooler_that_refuses_startup_options_is_named_and_nothing_stays(server: ForeignServer) -> None:
    with refusing_pooler(str(conninfo_to_dict(server.conninfo)["host"])) as port:
        address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        with pytest.raises(DatabaseError, match="connect to the server, not through a pooler") as caught:  # noqa: SIM117
            with open_server(address) as opened:
                opened.create_database()
    assert "unsupported startup parameter: options" in str(caught.value)
    assert objects(server.conninfo) == set()


@contextlib.contextmanager
def refusing_pooler(directory: str) -> Iterator[int]:
    """A port that passes sessions on to the server with its socket in ``directory``, except those with options."""
    refusal = b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0"
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, socket.socket(socket.AF_UNIX) as upstream:
            first = client.recv(65_536)
            if len(first) == 8:  # a request for encryption
                client.sendall(b"N")
                first = client.recv(65_536)
            if b"options\0" in first:
                client.sendall(b"E" + (len(refusal) + 4).to_bytes(4) + refusal)
                return
            upstream.connect(f"{directory}/.s.PGSQL.{PORT}")
            upstream.sendall(first)
            threading.Thread(target=pump, args=(upstream, client), daemon=True).start()
            pump(client, upstream)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=serve, args=(client,), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65_536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
