"""Databases on a server of each version, and readings of them by workers as a run takes them."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bench.compliance.environment import ENVIRONMENT
from bench.database.access import DatabaseAccess
from bench.database.server import open_server
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
    executor = ProcessExecutor(folder)

    @functools.cache
    def sample(access: DatabaseAccess, call: str, number: int) -> Reading:
        reset(access)
        request = SampleRequest(
            probe="database",
            environment=replace(ENVIRONMENT, set_up=""),
            implementation=call,
            function=f"tests.support.probe_calls:{call}",
            access=access,
            arguments={"tenant_id": "", "scan_id": str(number)},
            warm_up={"tenant_id": "", "scan_id": "1"},
            label=call,
        )
        return executor.run(request, TIMEOUT_SECONDS).reading

    return sample
