"""The foreign project in its own environment, on a database with one network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.database.access import DatabaseAccess
from bench.harness.executor import ProcessExecutor
from tests.support.weather_worker import Prepared, prepared, sampled

Take = Callable[..., Any]


@pytest.fixture(scope="session")
def weather(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    with prepared(ProcessExecutor(tmp_path_factory.mktemp("workers"))) as found:
        yield found


@pytest.fixture(scope="session")
def database(weather: Prepared) -> DatabaseAccess:
    return weather.access


@pytest.fixture
def executor(tmp_path: Path) -> ProcessExecutor:
    return ProcessExecutor(tmp_path)


@pytest.fixture(scope="session")
def take(weather: Prepared) -> Take:
    """Take a sample of a function of the project, once for all tests that use it."""
    return sampled(weather)
