"""The server's processes are found by a backend, or taken as not being on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from bench.database.access import DatabaseAccess
from bench.database.server_process import cpu_seconds, find_postmaster, largest_backend
from bench.harness.measure.database_memory import watch_backends
from tests.support.processes import wait_until


def test_the_postmaster_is_the_parent_of_every_backend(database: DatabaseAccess) -> None:
    with psycopg.connect(database.conninfo) as first, psycopg.connect(database.conninfo) as second:
        found = {find_postmaster(one.info.backend_pid, database.database) for one in (first, second)}
    assert len(found) == 1
    assert None not in found


def test_a_process_that_only_has_the_number_of_a_backend_is_not_taken_for_it(database: DatabaseAccess) -> None:
    with psycopg.connect(database.conninfo, dbname="postgres") as elsewhere:
        assert find_postmaster(elsewhere.info.backend_pid, database.database) is None
    assert find_postmaster(os.getpid(), database.database) is None
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert find_postmaster(ended.pid, database.database) is None


def test_cpu_of_a_backend_counts_while_it_lives_and_after_its_end(database: DatabaseAccess) -> None:
    with psycopg.connect(database.conninfo) as connection:
        postmaster = find_postmaster(connection.info.backend_pid, database.database)
        assert postmaster is not None
        backend = Path("/proc", str(connection.info.backend_pid))
        before = cpu_seconds(postmaster)
        connection.execute("SELECT count(*) FROM generate_series(1, 1000000)")
        alive = cpu_seconds(postmaster)
    wait_until(lambda: not backend.exists(), "the end of the backend")
    ended = cpu_seconds(postmaster)
    assert before < alive <= ended


def test_only_backends_of_the_database_are_measured(database: DatabaseAccess) -> None:
    with psycopg.connect(database.conninfo) as connection:
        postmaster = find_postmaster(connection.info.backend_pid, database.database)
        assert postmaster is not None
        assert largest_backend(postmaster, database.database) > 0
        assert largest_backend(postmaster, "another") == 0


def test_a_server_that_is_not_there_gives_a_warning_and_no_memory(database: DatabaseAccess) -> None:
    with watch_backends(os.getpid(), database.database) as nothing_of_it:
        pass
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with watch_backends(ended.pid, database.database) as gone:
        pass
    assert nothing_of_it.peak_bytes is None
    assert nothing_of_it.warning == "no backend memory: no backend of the database was seen in /proc"
    assert gone.peak_bytes is None
    assert gone.warning is not None
    assert gone.warning.startswith("no backend memory: its poller ended early")
