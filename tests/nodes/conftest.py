"""A broker for all tests of a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.broker.embedded import embedded_broker
from tests.support.nodes import Cluster, cluster


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of an embedded Valkey."""
    with tempfile.TemporaryDirectory() as folder, embedded_broker(Path(folder)) as started:
        yield started.url


@pytest.fixture
def nodes(url: str, tmp_path: Path) -> Iterator[Cluster]:
    """A cluster without nodes: a test starts what it needs."""
    folder = tmp_path / "nodes"
    folder.mkdir()
    with cluster(url, folder) as made:
        yield made
