"""The database probe reads what a call did to the database, and nothing of what it did not."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from bench.database.access import DatabaseAccess
from bench.database.server import open_server
from bench.results.metrics import METRICS, Side
from tests.support.probed import Read, prepared

pytestmark = pytest.mark.server

ROWS = 20_000
VALUE_BYTES = 100_000_000
SORTED = 1_000_000
EVERY = {name for name, metric in METRICS.items() if metric.side is Side.DATABASE}


def test_a_call_that_writes_nothing_reads_zero_rows_and_next_to_no_wal(database: DatabaseAccess, read: Read) -> None:
    reading = read(database, "idle", 0)
    assert reading.warnings == ()
    assert reading.values.keys() == EVERY
    assert (reading.values["rows_inserted"], reading.values["rows_deleted"], reading.values["temp_bytes"]) == (0, 0, 0)
    # The server itself logs a few hundred bytes of running transactions every 15 seconds.
    assert reading.values["wal_bytes"] < 1_000
    assert reading.values["wal_full_page_images"] == 0
    assert reading.values["blocks_hit"] < 500


def test_every_row_inserted_through_django_and_by_copy_in_another_session_counts_once(
    database: DatabaseAccess, read: Read
) -> None:
    reading = read(database, "insert", ROWS)
    assert (reading.values["rows_inserted"], reading.values["rows_deleted"]) == (ROWS, 0)
    # Each row touches a page of the table and one of its index.
    assert reading.values["blocks_hit"] > ROWS


def test_every_row_deleted_counts_once(database: DatabaseAccess, read: Read) -> None:
    # The warm-up has the number 1, which deletes nothing.
    reading = read(database, "delete", 1_235)
    assert (reading.values["rows_inserted"], reading.values["rows_deleted"]) == (0, 1_234)


def test_wal_grows_linearly_with_rows_and_holds_their_text(database: DatabaseAccess, read: Read) -> None:
    once = read(database, "insert", ROWS).values["wal_bytes"]
    twice = read(database, "insert", 2 * ROWS).values["wal_bytes"]
    assert once > ROWS * 100
    assert twice / once == pytest.approx(2, rel=0.05)


def test_the_same_call_from_the_same_state_writes_the_same_wal(database: DatabaseAccess, read: Read) -> None:
    # One row more is another sample.
    first, second = (read(database, "insert", rows).values["wal_bytes"] for rows in (ROWS, ROWS + 1))
    assert second / first == pytest.approx(1, rel=0.01)


def test_a_sort_larger_than_work_mem_shows_its_temporary_files(database: DatabaseAccess, read: Read) -> None:
    assert read(database, "sort", SORTED).values["temp_bytes"] > SORTED * 4


def test_a_busy_query_costs_server_cpu_and_a_sleeping_one_does_not(database: DatabaseAccess, read: Read) -> None:
    busy = read(database, "sort", SORTED).values["server_cpu_seconds"]
    idle = read(database, "idle", 0).values["server_cpu_seconds"]
    assert busy > 3 * max(idle, 0.01)


def test_the_memory_of_a_backend_shows_at_its_peak_though_it_is_free_again(
    database: DatabaseAccess, read: Read
) -> None:
    large = read(database, "build_value", VALUE_BYTES).values["backend_peak_bytes"]
    idle = read(database, "idle", 0).values["backend_peak_bytes"]
    assert VALUE_BYTES <= large < 3 * VALUE_BYTES
    assert 100_000 < idle < VALUE_BYTES / 5


def test_without_its_poller_the_probe_gives_no_memory_rather_than_a_wrong_figure(
    databases: Callable[[int], DatabaseAccess], read: Read
) -> None:
    reading = read(databases(16), "kill_poller", 0)
    assert reading.values.keys() == EVERY - {"backend_peak_bytes"}
    assert len(reading.warnings) == 1
    assert reading.warnings[0].startswith("no backend memory: its poller ended early")


def test_on_a_users_own_server_rows_are_exact_and_a_warning_names_what_others_share(
    databases: Callable[[int], DatabaseAccess], read: Read
) -> None:
    elsewhere = psycopg.conninfo.make_conninfo(databases(16).conninfo, dbname="postgres")
    with open_server(elsewhere) as server:
        reading = read(prepared(server.create_database()), "insert", ROWS)
    assert reading.values["rows_inserted"] == ROWS
    assert reading.warnings == (
        "WAL, full-page images and server CPU are those of the whole server, other sessions on it included",
    )
