"""A database on a server, and readings of the statements of calls by workers as a run takes them."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import psycopg
import pytest

from bench.database.access import DatabaseAccess
from bench.database.server import open_server
from bench.datasets.catalogue.record import LoadedCatalogue, write_catalogue
from bench.datasets.scan import ScanKey
from bench.harness.executor import ProcessExecutor
from bench.messages.reading import Reading
from bench.messages.request import SampleRequest
from tests.support.readings import Read

TIMEOUT_SECONDS = 120.0


@pytest.fixture(scope="session")
def numbers() -> Iterator[DatabaseAccess]:
    """A database with the table ``numbers``."""
    with open_server(None, 16) as server:
        access = server.create_database()
        with psycopg.connect(access.conninfo_as(access.admin_role)) as connection:
            connection.execute("CREATE TABLE numbers (number int)")
        yield access


@pytest.fixture(scope="session")
def read(numbers: DatabaseAccess, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Take a sample in a worker, once for all tests that use it."""
    folder = tmp_path_factory.mktemp("workers")
    catalogue = folder / "catalogue.json"
    write_catalogue(catalogue, LoadedCatalogue("aws", "none", {}))

    @functools.cache
    def sample(call: str) -> Reading:
        request = SampleRequest(
            probe="statements",
            implementation=f"tests.support.law_calls:{call}",
            access=numbers,
            catalogue_path=str(catalogue),
            scan=ScanKey("", "scan", "aws"),
            warm_up=ScanKey("", "warm-up", "warm-up"),
            label=call,
        )
        return ProcessExecutor(folder).run(request, TIMEOUT_SECONDS).reading

    return sample
