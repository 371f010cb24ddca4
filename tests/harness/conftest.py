"""A stage on a real server with a small scan, shared by the tests of this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.compliance.job import JOB
from bench.harness.stage import DataStage, Stage, open_stage
from tests.support.data import synthetic
from tests.support.small_scan import CATALOGUE, SMALL


@pytest.fixture(scope="session")
def catalogue_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.json"
    path.write_text(json.dumps(CATALOGUE), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with open_stage(None, 16) as stage:
        yield stage


@pytest.fixture(scope="session")
def small_scan(stage: Stage, catalogue_file: Path) -> Iterator[DataStage]:
    """A loaded scan on which a sample takes a second."""
    source = synthetic(SMALL, catalogue_file)
    with stage.data(JOB, source) as scan:
        yield scan
