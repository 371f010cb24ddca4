"""A database on a server, and readings of the statements of calls by workers as a run takes them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from bench.compliance.environment import ENVIRONMENT
from bench.database.access import DatabaseAccess
from bench.database.server import open_server
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

    @functools.cache
    def sample(call: str) -> Reading:
        request = SampleRequest(
            probe="statements",
            environment=replace(ENVIRONMENT, set_up=""),
            implementation=call,
            function=f"tests.support.law_calls:{call}",
            access=numbers,
            arguments={"tenant_id": "", "scan_id": "scan"},
            warm_up={"tenant_id": "", "scan_id": "warm-up"},
            label=call,
        )
        return ProcessExecutor(folder).run(request, TIMEOUT_SECONDS).reading

    return sample
