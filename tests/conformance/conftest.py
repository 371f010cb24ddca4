"""A suite on a server of this process, and the implementations that run on it."""

from __future__ import annotations

import functools
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench.conformance.suite import CALL_SECONDS, Contestant, Suite
from bench.conformance.tables import open_tables
from bench.database.embedded import embedded_server
from bench.database.reaper import Estate
from bench.database.server import Server
from bench.executor import ProcessExecutor
from bench.probes.request import MigrateRequest

Enter = Callable[[str], Contestant]
"""From the name of an implementation to the contestant, with its worker."""


@pytest.fixture(scope="session")
def suite() -> Iterator[Suite]:
    """A suite as a run has it, on a server that does not wait for the disk: nothing here outlives it."""
    run = f"bench_{secrets.token_hex(6)}"
    with (
        tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder,
        embedded_server(16, {"fsync": "off"}) as handle,
    ):
        server = Server(Estate(handle.conninfo, f"{run}_app", f"{run}_admin", run), "embedded", handle.log_directory)
        executor = ProcessExecutor(Path(folder))
        access = server.create_database()
        executor.run(MigrateRequest(access=access), 120.0)
        with open_tables(access) as tables:
            yield Suite(server, tables, executor, Path(folder), CALL_SECONDS)


@pytest.fixture(scope="session")
def enter(suite: Suite) -> Iterator[Enter]:
    """Each implementation in a worker of its own, started when it is first asked for."""
    with ExitStack() as stack:
        yield functools.cache(lambda name: suite.contestant(name, stack.enter_context(suite.session())))
