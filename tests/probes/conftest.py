"""Databases on a server of each version, and readings of them by workers as a run takes them."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator

import pytest

from bench.database.access import DatabaseAccess
from bench.database.server import open_server
from bench.datasets.catalogue.record import LoadedCatalogue, write_catalogue
from bench.datasets.scan import ScanKey
from bench.harness.executor import ProcessExecutor
from bench.messages.reading import Reading
from bench.messages.request import SampleRequest
from tests.support.probed import Read, prepared, reset

MAJORS = (16, 18)
TIMEOUT_SECONDS = 120.0


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
    """Take a sample in a worker, once per set of arguments."""
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
        return executor.run(request, TIMEOUT_SECONDS).reading

    return sample
