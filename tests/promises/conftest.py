"""A stage with small inputs, on which a run takes a tenth of a second and has many places to be struck at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event

import pytest

from bench.datasets.size import ScanSize
from bench.harness.executor import ProcessExecutor
from bench.harness.scratch import scratch_folder
from bench.harness.stage import ScanSource, Stage, open_stage
from bench.promises.lane import Lane, Setting, prepare_lane
from bench.promises.plan import Course
from tests.cli.conftest import temporary as temporary

SCAN = "60/3"
REQUIREMENTS = 100
ROWS = 3 * REQUIREMENTS
CATALOGUE = {
    "cis_3.0_aws": {
        "framework": "CIS",
        "version": "3.0",
        "requirements": {
            f"{number}": {"description": f"Requirement {number}", "checks": [f"check_{number % 7}"]}
            for number in range(REQUIREMENTS)
        },
    }
}

Prepared = tuple[Lane, Course]
LaneMaker = Callable[[str], AbstractContextManager[Prepared]]
"""From an implementation's name to a lane that is prepared for it."""


@pytest.fixture(scope="session")
def catalogue_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.json"
    path.write_text(json.dumps(CATALOGUE), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def source(catalogue_file: Path) -> ScanSource:
    return ScanSource(size=ScanSize.parse(SCAN), scan_file=None, catalogue=str(catalogue_file), seed=0)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with open_stage(None, 16) as stage:
        yield stage


def lane_maker(stage: Stage, source: ScanSource) -> LaneMaker:
    """Return a maker of lanes on ``stage``."""

    @contextmanager
    def make(implementation: str) -> Iterator[Prepared]:
        with scratch_folder() as scratch, stage.scan(source, source.load_catalogue()) as staged:
            setting = Setting(
                executor=ProcessExecutor(scratch),
                implementation=implementation,
                loaded=staged.loaded,
                catalogue_path=staged.catalogue_path,
                timeout_seconds=60.0,
                stop=Event(),
            )
            yield prepare_lane(setting, staged)

    return make


@pytest.fixture
def make_lane(stage: Stage, source: ScanSource) -> LaneMaker:
    return lane_maker(stage, source)
