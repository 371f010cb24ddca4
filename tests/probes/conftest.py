"""Databases on a server of each version, and readings of them by workers as a run takes them."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from bench.database.access import DatabaseAccess
from bench.database.server import open_server
from bench.datasets.catalogue_record import LoadedCatalogue, write_catalogue
from bench.datasets.scan import ScanKey
from bench.harness.executor import ProcessExecutor
from bench.messages.reading import Reading
from bench.messages.request import SampleRequest

MAJORS = (16, 18)
ROWS_BEFORE = 5_000
TIMEOUT_SECONDS = 120.0

Read = Callable[[DatabaseAccess, str, int], Reading]
"""Take a database sample of a function of ``tests.support.probe_calls``, with the number that it is called with."""


@pytest.fixture(scope="session")
def databases() -> Iterator[Callable[[int], DatabaseAccess]]:
    """One database by version, with the table that the calls work on; every reading puts it into the same state."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def database(major: int) -> DatabaseAccess:
            return prepared(stack.enter_context(open_server(None, major)).create_database())

        yield database


@pytest.fixture(params=MAJORS)
def database(request: pytest.FixtureRequest, databases: Callable[[int], DatabaseAccess]) -> DatabaseAccess:
    return databases(request.param)


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Take a sample in a worker, once with the same arguments however many tests look at it."""
    folder = tmp_path_factory.mktemp("workers")
    catalogue = folder / "catalogue.json"
    write_catalogue(catalogue, LoadedCatalogue("aws", "none", {}))
    executor = ProcessExecutor(folder)

    @functools.cache
    def sample(access: DatabaseAccess, call: str, number: int) -> Reading:
        reset(access)
        request = SampleRequest(
            probe="database",
            implementation=f"tests.support.probe_calls:{call}",
            access=access,
            catalogue_path=str(catalogue),
            scan=ScanKey("", str(number), "aws"),
            warm_up=ScanKey("", "1", "warm-up"),
            label=call,
        )
        reading = executor.run(request, TIMEOUT_SECONDS).reading
        assert reading is not None
        return reading

    return sample


def prepared(access: DatabaseAccess) -> DatabaseAccess:
    """Make the table, owned by the admin role as an implementation's tables are."""
    with psycopg.connect(access.conninfo_as(access.admin_role)) as connection:
        connection.execute("CREATE TABLE probed (number int, text text)")
        connection.execute("CREATE INDEX ON probed (number)")
    return access


def reset(access: DatabaseAccess) -> None:
    """Give the table the rows that it starts with, and checkpoint."""
    with psycopg.connect(access.conninfo, autocommit=True) as connection:
        connection.execute("TRUNCATE probed")
        insert = sql.SQL("INSERT INTO probed SELECT i, 'before' FROM generate_series(1, {}) AS i")
        connection.execute(insert.format(ROWS_BEFORE))
        connection.execute("CHECKPOINT")
