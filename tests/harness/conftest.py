"""A stage on a real server with a small scan, shared by the tests of this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.datasets.size import ScanSize
from bench.harness.stage import ScanSource, ScanStage, Stage, open_stage
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
def small_scan(stage: Stage, catalogue_file: Path) -> Iterator[ScanStage]:
    """A loaded scan on which a sample takes a second."""
    source = ScanSource(size=ScanSize.parse(SMALL), scan_file=None, catalogue=str(catalogue_file), seed=0)
    with stage.scan(source, source.load_catalogue()) as scan:
        yield scan
