"""A snapshot holds what every session on the database has done, or says what it lacks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from bench.database.access import DatabaseAccess
from bench.database.statistics_snapshot import Snapshot, difference, take_snapshot


def connect(access: DatabaseAccess) -> psycopg.Connection:
    return psycopg.connect(access.conninfo_as(access.admin_role), autocommit=True)


def test_what_a_session_has_just_done_is_in_the_snapshot_after_its_end(database: DatabaseAccess) -> None:
    for _ in range(5):
        before = take_snapshot(database)
        with connect(database) as connection:
            # A session's first report comes with its first statement, the next one not within a second of it.
            connection.execute("SELECT 1")
            connection.execute("INSERT INTO probed VALUES (1, ''), (2, '')")
        grown = difference(before, take_snapshot(database))
        assert grown["rows_inserted"] == 2


def test_rows_of_the_servers_own_catalogue_do_not_count(database: DatabaseAccess) -> None:
    before = take_snapshot(database)
    with connect(database) as connection:
        connection.execute("CREATE TABLE made (number int)")
        connection.execute("DROP TABLE made")
    grown = difference(before, take_snapshot(database))
    assert (grown["rows_inserted"], grown["rows_deleted"]) == (0, 0)


def test_a_session_that_stays_open_is_waited_for_until_it_has_reported(
    databases: Callable[[int], DatabaseAccess],
) -> None:
    database = databases(16)
    before = take_snapshot(database)
    with connect(database) as connection:
        connection.execute("SELECT 1")
        connection.execute("INSERT INTO probed VALUES (1, ''), (2, '')")
        after = take_snapshot(database)
    assert (after.warnings, difference(before, after)["rows_inserted"]) == ((), 2)


def test_a_session_that_stays_at_work_is_not_waited_for_forever_and_named_in_a_warning(
    database: DatabaseAccess,
) -> None:
    connection = connect(database)
    try:
        connection.pgconn.send_query(b"SELECT pg_sleep(60)")
        snapshot = take_snapshot(database, patience=0.1)
    finally:
        connection.cancel_safe()
        connection.close()
    assert snapshot.warnings == ("rows, blocks and temp bytes may be too few: 1 sessions silent for 0.1 s",)


def test_sessions_on_other_databases_are_not_waited_for(database: DatabaseAccess) -> None:
    with psycopg.connect(database.conninfo, dbname="postgres") as elsewhere:
        elsewhere.execute("SELECT 1")
        assert take_snapshot(database, patience=5).warnings == ()


def test_a_count_that_the_login_may_not_read_is_absent_and_a_warning_says_why(database: DatabaseAccess) -> None:
    login = sql.Identifier(f"{database.database}_reader")
    revoke = sql.SQL("REVOKE EXECUTE ON FUNCTION pg_current_wal_insert_lsn() FROM PUBLIC")
    grant = sql.SQL("GRANT EXECUTE ON FUNCTION pg_current_wal_insert_lsn() TO PUBLIC")
    with psycopg.connect(database.conninfo, autocommit=True) as superuser:
        superuser.execute(sql.SQL("CREATE ROLE {} LOGIN").format(login))
        superuser.execute(revoke)
    try:
        conninfo = make_conninfo(database.conninfo, user=f"{database.database}_reader")
        snapshot = take_snapshot(dataclasses.replace(database, conninfo=conninfo))
    finally:
        with psycopg.connect(database.conninfo, autocommit=True) as superuser:
            superuser.execute(grant)
            superuser.execute(sql.SQL("DROP ROLE {}").format(login))
    assert snapshot.warnings == ("no wal_bytes: permission denied for function pg_current_wal_insert_lsn",)
    assert "wal_bytes" not in snapshot.counts
    assert "rows_inserted" in snapshot.counts


def test_the_difference_counts_new_tables_and_leaves_out_dropped_ones() -> None:
    before = Snapshot({"rows_inserted": {1: 5, 2: 7}, "wal_bytes": {0: 1}}, (), None)
    after = Snapshot({"rows_inserted": {1: 6, 3: 10}, "temp_bytes": {0: 1}}, (), None)
    assert difference(before, after) == {"rows_inserted": 11}
