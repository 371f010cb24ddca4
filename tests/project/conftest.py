"""A server for the databases of jobs and projects."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.database.roles import LoginRoles
from bench.database.server import Server, open_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with open_server(None, 16, LoginRoles()) as opened:
        yield opened
