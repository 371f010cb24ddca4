"""The wheel, built once, and environments that hold it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.installed import Installed, build_wheel, install


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout's wheel."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel without any other package."""
    return install(wheel, tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="session")
def reading(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel with what is needed to read results."""
    return install(wheel, tmp_path_factory.mktemp("reading"), "report")


@pytest.fixture(scope="session")
def measuring(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel with what is needed to measure."""
    return install(wheel, tmp_path_factory.mktemp("measuring"), "suite")
