"""Servers to test on: one of each version that can be embedded, shared by the tests of this process."""

from __future__ import annotations

import contextlib
import functools
import secrets
from collections.abc import Callable, Iterator

import pytest

from bench.database.cleanup import RunObjects
from bench.database.embedded import ServerHandle, embedded_server
from bench.database.server import Server
from tests.support.majors import MAJORS


@pytest.fixture(scope="session")
def handles() -> Iterator[Callable[[int], ServerHandle]]:
    """Embedded servers by version, started when first asked for; their addresses stand for a user's own server."""
    with contextlib.ExitStack() as stack:
        running: dict[int, ServerHandle] = {}

        def handle(major: int) -> ServerHandle:
            if major not in running:
                # Waiting for a busy disk proves nothing here.
                running[major] = stack.enter_context(embedded_server(major, {"fsync": "off"}))
            return running[major]

        yield handle


@pytest.fixture(params=MAJORS)
def handle(request: pytest.FixtureRequest, handles: Callable[[int], ServerHandle]) -> ServerHandle:
    return handles(request.param)


@pytest.fixture(scope="session")
def servers(handles: Callable[[int], ServerHandle]) -> Callable[[int], Server]:
    """Servers by version whose log can be read, as a run without an address has them, on the embedded servers."""

    @functools.cache
    def server(major: int) -> Server:
        handle = handles(major)
        run = f"bench_{secrets.token_hex(6)}"
        return Server(RunObjects(handle.conninfo, f"{run}_app", f"{run}_admin", run), "embedded", handle.log_directory)

    return server


@pytest.fixture(params=MAJORS)
def server(request: pytest.FixtureRequest, servers: Callable[[int], Server]) -> Server:
    return servers(request.param)
