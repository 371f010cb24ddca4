"""A stage on a real server with a small scan, shared by the tests of this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.datasets.size import ScanSize
from bench.harness.stage import ScanSource, ScanStage, Stage, open_stage

SMALL = "30/2"
CATALOGUE = {
    "cis_3.0_aws": {
        "framework": "CIS",
        "version": "3.0",
        "requirements": {
            "1.1": {"description": "Façade, “quoted”", "checks": ["s3_bucket_public", "ec2_open"]},
            "1.2": {"checks": ["s3_bucket_public"]},
        },
    },
    "prowler_threatscore_aws": {
        "framework": "ProwlerThreatScore",
        "version": "1.0",
        "requirements": {"1.1.1": {"description": "", "checks": ["ec2_open"]}},
    },
}
EXPECTED_ROWS = 6
"""Two regions × three requirements."""


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
