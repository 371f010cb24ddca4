"""A capture holds exactly the statements that a database's sessions sent while the block ran."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import signal
from collections.abc import Callable

import msgspec
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from bench.database.access import OBSERVER, DatabaseAccess
from bench.database.embedded import ServerHandle, embedded_server
from bench.database.observer import Capture, Executions
from bench.database.server import Server, open_server
from bench.database.statement_log import _statements, capture, restore_statement_log
from bench.database.statement_statistics import Snapshot, _compare
from bench.errors import DatabaseError
from tests.support.majors import MAJORS
from tests.support.processes import spawn

pytestmark = pytest.mark.server

OURS = Executions("SELECT calls FROM v AS bench_observer", 1)


@pytest.fixture(scope="session")
def databases(servers: Callable[[int], Server]) -> Callable[[int], DatabaseAccess]:
    """One database by version, to be left as it is found."""
    return functools.cache(lambda major: servers(major).create_database())


@pytest.fixture(params=MAJORS)
def access(request: pytest.FixtureRequest, databases: Callable[[int], DatabaseAccess]) -> DatabaseAccess:
    return databases(request.param)


def connect(access: DatabaseAccess) -> psycopg.Connection:
    return psycopg.connect(access.conninfo_as(access.admin_role), autocommit=True)


def test_every_kind_of_statement_of_an_open_session_is_there_once_and_in_order(access: DatabaseAccess) -> None:
    with connect(access) as connection:
        connection.execute("CREATE TEMPORARY TABLE t (i int)")
        with capture(access) as captured:
            with connection.transaction():
                connection.execute("SELECT set_config('api.tenant_id', %s, true)", ["x"])
                with connection.cursor(name="chunks") as cursor:
                    cursor.itersize = 10
                    cursor.execute("SELECT generate_series(1, 15)")
                    assert len(list(cursor)) == 15
            with connection.transaction(), connection.cursor().copy("COPY t FROM STDIN") as copy:
                for number in range(100):
                    copy.write_row([number])
            for number in range(3):
                connection.execute("SELECT %s::int", [number], prepare=True)
    assert captured.source == "log"
    assert captured.warnings == ()
    assert captured.statements == (
        "BEGIN",
        "SELECT set_config('api.tenant_id', $1, true)",
        'DECLARE "chunks" CURSOR FOR SELECT generate_series(1, 15)',
        'FETCH FORWARD 10 FROM "chunks"',
        'FETCH FORWARD 10 FROM "chunks"',
        'CLOSE "chunks"',
        "COMMIT",
        "BEGIN",
        "COPY t FROM STDIN",
        "COMMIT",
        "SELECT $1::int",
        "SELECT $1::int",
        "SELECT $1::int",
    )


def test_the_first_statement_of_every_session_that_was_idle_is_there(access: DatabaseAccess) -> None:
    with contextlib.ExitStack() as stack:
        sessions = [stack.enter_context(connect(access)) for _ in range(12)]
        for _ in range(10):
            with capture(access) as captured:
                for number, session in enumerate(sessions):
                    session.execute(f"SELECT {number}".encode())
            assert captured.statements == tuple(f"SELECT {number}" for number in range(12))


def test_what_came_before_and_after_the_block_is_not_there(access: DatabaseAccess) -> None:
    with connect(access) as connection:
        connection.execute("SELECT 'before'")
        with capture(access) as first:
            connection.execute("SELECT 'first'")
        connection.execute("SELECT 'between'")
        with capture(access) as second:
            connection.execute("SELECT 'second'")
        connection.execute("SELECT 'after'")
    assert (first.statements, second.statements) == (("SELECT 'first'",), ("SELECT 'second'",))


def test_a_session_opened_in_the_block_counts(access: DatabaseAccess) -> None:
    with capture(access) as captured, connect(access) as connection:
        connection.execute("SELECT 1")
    assert captured.statements == ("SELECT 1",)


def test_other_databases_do_not_count(access: DatabaseAccess) -> None:
    with psycopg.connect(access.conninfo, dbname="postgres") as elsewhere, capture(access) as captured:
        elsewhere.execute("SELECT 'elsewhere'")
    assert captured.statements == ()


def test_a_statement_keeps_its_text_whatever_its_length_and_characters(access: DatabaseAccess) -> None:
    text = "SELECT 'naïve \"quoted\" 漢字, \\ {}',\n  1\t-- statement: execute x: SELECT 0".replace(
        "{}", "long " * 20_000
    )
    with connect(access) as connection, capture(access) as captured:
        connection.execute(text.encode())
    assert captured.statements == (text,)


def test_a_statement_that_fails_as_it_runs_counts_once(access: DatabaseAccess) -> None:
    with connect(access) as connection, capture(access) as captured:
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("SELECT 1 / 0")
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("SELECT 1 / (generate_series(1, 1) - %s::int)", [1])
    assert captured.statements == ("SELECT 1 / 0", "SELECT 1 / (generate_series(1, 1) - $1::int)")


def test_of_a_log_only_this_databases_statements_between_the_markers_count_and_not_the_observers() -> None:
    def entry(message: str, application: str = "worker", database: str = "ours", severity: str = "LOG") -> str:
        names = {"dbname": database, "application_name": application}
        return json.dumps({**names, "error_severity": severity, "message": message})

    log = [
        entry("statement: SELECT 'between reload and marker'"),
        entry("statement: SELECT 'begin'", OBSERVER),
        entry("statement: COMMIT"),
        entry("execute s/p: SELECT $1"),
        entry("execute fetch from s/p: SELECT $1"),
        entry("statement: SELECT 'of the observer'", OBSERVER),
        entry("statement: SELECT 'elsewhere'", database="other"),
        entry("statement: raised by a function", severity="NOTICE"),
        entry("checkpoint starting: time"),
        entry("statement: SELECT 'end'", OBSERVER),
        entry("statement: SELECT 'after the marker'"),
    ]
    text = "\n".join([*log, '{"cut off'])
    assert _statements(text.encode(), "ours", "begin", "end") == ("COMMIT", "SELECT $1", "SELECT $1")


def test_logging_is_off_again_in_every_session_after_the_block(access: DatabaseAccess) -> None:
    show = "SELECT current_setting('log_statement')"
    with connect(access) as connection:
        with capture(access):
            assert connection.execute(show).fetchone() == ("all",)
        assert connection.execute(show).fetchone() == ("none",)


def test_an_exception_passes_and_logging_is_off_again(access: DatabaseAccess) -> None:
    with connect(access) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero), capture(access) as captured:
            connection.execute("SELECT 1 / 0")
        assert connection.execute("SHOW log_statement").fetchone() == ("none",)
    assert captured.statements == ()


KILLED = """
import os, signal, sys
import msgspec
from bench.database.access import DatabaseAccess
from bench.database.statement_log import capture
with capture(msgspec.json.decode(sys.argv[1], type=DatabaseAccess)):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_in_a_capture(access: DatabaseAccess) -> None:
    with spawn(KILLED, msgspec.json.encode(access).decode()) as process:
        pass
    assert process.returncode == -signal.SIGKILL


def test_logging_that_a_killed_process_left_on_is_switched_off_once(access: DatabaseAccess) -> None:
    with connect(access) as connection:
        assert not restore_statement_log(access)
        kill_in_a_capture(access)
        assert connection.execute("SHOW log_statement").fetchone() == ("all",)
        assert restore_statement_log(access)
        assert connection.execute("SHOW log_statement").fetchone() == ("none",)
        assert not restore_statement_log(access)


def test_a_capture_after_a_killed_one_holds_its_own_statements_and_ends_with_logging_off(
    access: DatabaseAccess,
) -> None:
    kill_in_a_capture(access)
    with connect(access) as connection:
        connection.execute("SELECT 'before'")
        with capture(access) as captured:
            connection.execute("SELECT 'inside'")
        assert captured.statements == ("SELECT 'inside'",)
        assert connection.execute("SHOW log_statement").fetchone() == ("none",)


@pytest.mark.parametrize("configured", ["none", "ddl", "all"])
def test_the_setting_that_the_server_was_started_with_comes_back(configured: str) -> None:
    with embedded_server(16, {"fsync": "off", "log_statement": configured}) as handle:
        access = DatabaseAccess(handle.conninfo, "postgres", "postgres", "postgres", handle.log_directory)
        kill_in_a_capture(access)
        assert restore_statement_log(access)
        with capture(access), connect(access) as connection:
            assert connection.execute("SHOW log_statement").fetchone() == ("all",)
        with connect(access) as connection:
            assert connection.execute("SHOW log_statement").fetchone() == (configured,)


def test_on_a_users_server_there_is_nothing_to_switch_off(handle: ServerHandle) -> None:
    access = DatabaseAccess(handle.conninfo, "postgres", "postgres", "postgres")
    with psycopg.connect(handle.conninfo, autocommit=True) as theirs:
        theirs.execute("ALTER SYSTEM SET log_statement = 'ddl'")
        try:
            assert not restore_statement_log(access)
            left = theirs.execute("SELECT setting FROM pg_file_settings WHERE name = 'log_statement'").fetchall()
        finally:
            theirs.execute("ALTER SYSTEM RESET log_statement")
    assert left == [("ddl",)]


def test_a_database_that_is_gone_cannot_be_observed(access: DatabaseAccess) -> None:
    gone = dataclasses.replace(access, conninfo=make_conninfo(access.conninfo, dbname="gone"), database="gone")
    with pytest.raises(DatabaseError, match="cannot observe database gone"), capture(gone):
        pass


def test_a_users_server_without_pg_stat_statements_says_so_and_keeps_its_database_as_it_was(
    handle: ServerHandle,
) -> None:
    with open_server(handle.conninfo) as server:
        access = server.create_database()
        with connect(access) as connection:
            with capture(access) as captured:
                connection.execute("SELECT 1")
            schemas = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'bench%'").fetchone()
    assert (captured.source, captured.statements, schemas) == ("unavailable", (), (0,))
    assert captured.warnings == (
        'the server\'s statements are unavailable: pg_stat_statements: extension "pg_stat_statements" is not available',
    )


def compare(before: Snapshot, after: Snapshot) -> Capture:
    captured = Capture()
    _compare(before, after, captured)
    return captured


def test_statistics_give_each_text_as_often_as_it_ran_between_and_not_the_observers_own() -> None:
    before = Snapshot({("10", 1): OURS, ("10", 2): Executions("COMMIT", 5), ("10", 3): Executions("SELECT $1", 2)}, "0")
    after = Snapshot(
        {
            ("10", 1): Executions(OURS.text, 2),
            ("10", 2): Executions("COMMIT", 7),
            ("10", 3): Executions("SELECT $1", 2),
            ("11", 2): Executions("COMMIT", 1),
            ("11", 4): Executions("BEGIN", 1),
        },
        "0",
    )
    captured = compare(before, after)
    assert (captured.source, captured.warnings) == ("pg_stat_statements", ())
    assert captured.statements == ("BEGIN", "COMMIT", "COMMIT", "COMMIT")


def test_statistics_give_what_each_statement_had_the_server_do_meanwhile() -> None:
    before = Snapshot({("10", 1): OURS, ("10", 2): Executions("SELECT $1", 1, rows=10, blocks_dirtied=3)}, "0")
    now = Executions("SELECT $1", 3, rows=30, blocks_dirtied=4, wal_bytes=800)
    after = Snapshot({("10", 1): OURS._replace(calls=2), ("10", 2): now}, "0")
    assert compare(before, after).executions == (Executions("SELECT $1", 2, rows=20, blocks_dirtied=1, wal_bytes=800),)


def test_statistics_that_do_not_record_even_the_observer_are_no_statistics() -> None:
    captured = compare(Snapshot({}, "0"), Snapshot({}, "0"))
    assert captured.source == "unavailable"
    assert "does not record" in captured.warnings[0]


def test_statistics_hidden_from_the_login_are_not_passed_off_as_complete() -> None:
    after = Snapshot({("10", 1): OURS, ("11", None): Executions("<insufficient privilege>", 9)}, "0")
    captured = compare(Snapshot({}, "0"), after)
    assert (captured.source, captured.statements) == ("unavailable", ())
    assert "GRANT pg_read_all_stats" in captured.warnings[0]


def test_statistics_that_lost_entries_carry_a_warning() -> None:
    captured = compare(Snapshot({}, "0"), Snapshot({("10", 1): OURS}, "1"))
    assert captured.source == "pg_stat_statements"
    assert "too few" in captured.warnings[0]
