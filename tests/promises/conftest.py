"""A stage with a small scan, on which a run takes a tenth of a second and has many places for faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.harness.stage import Stage, open_stage
from bench.jobs.job import DataSource
from tests.support.data import synthetic
from tests.support.sandbox_maker import CATALOGUE, SCAN, SandboxMaker, sandbox_maker


@pytest.fixture(scope="session")
def catalogue_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.json"
    path.write_text(json.dumps(CATALOGUE), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def source(catalogue_file: Path) -> DataSource:
    return synthetic(SCAN, catalogue_file)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with open_stage(None, 16) as stage:
        yield stage


@pytest.fixture
def make_sandbox(stage: Stage, source: DataSource) -> SandboxMaker:
    return sandbox_maker(stage, source)
