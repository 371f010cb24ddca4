"""Small inputs for the command line, and folders with an earlier run's results."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.conftest import CATALOGUE

SCAN = {
    "provider": "aws",
    "findings": [
        {
            "check_id": "s3_bucket_public",
            "status": "FAIL",
            "muted": False,
            "compliance": {"CIS-3.0": ["1.1"]},
            "resource_regions": ["eu-west-1"],
            "resources": [{"region": "eu-west-1"}],
        },
        {
            "check_id": "ec2_open",
            "status": "PASS",
            "muted": False,
            "compliance": {"ProwlerThreatScore-1.0": ["1.1.1"]},
            "resource_regions": ["eu-west-1", "us-east-1"],
            "resources": [{"region": "eu-west-1"}, {"region": "us-east-1"}],
        },
    ],
}


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``catalogue.json`` and ``scan.json``."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "catalogue.json").write_text(json.dumps(CATALOGUE), encoding="utf-8")
    (folder / "scan.json").write_text(json.dumps(SCAN), encoding="utf-8")
    return folder


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """An output folder that looks like an earlier run's."""
    folder = tmp_path / "earlier"
    (folder / "plots").mkdir(parents=True)
    for name in ("results.json", "report.md", "benchmark.json", "plots/peak.png"):
        (folder / name).write_text(f"earlier {name}")
    return folder


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A TMPDIR that any user may enter and write, so that a server's directory lies in it whoever runs it."""
    directory = Path(tempfile.mkdtemp(prefix="bt-", dir="/tmp"))
    directory.chmod(0o777)
    yield directory
    shutil.rmtree(directory)
