"""Lanes on which promises are tried, with a scan on which a run takes a tenth of a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event

from bench.declare.storage import storage_in
from bench.harness.executor import ProcessExecutor
from bench.harness.scratch import scratch_folder
from bench.harness.stage import ScanSource, Stage
from bench.promises.lane import Lane, Setting, prepare_lane
from bench.promises.plan import Course

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


def lane_maker(stage: Stage, source: ScanSource) -> LaneMaker:
    """Return a maker of lanes on ``stage``."""

    @contextmanager
    def make(implementation: str) -> Iterator[Prepared]:
        with scratch_folder() as scratch, stage.scan(source, source.load_catalogue(), (implementation,)) as staged:
            setting = Setting(
                executor=ProcessExecutor(scratch),
                implementation=implementation,
                loaded=staged.loaded,
                catalogue_path=staged.catalogue_path,
                timeout_seconds=60.0,
                stop=Event(),
                storage=storage_in(staged.storages, implementation),
            )
            yield prepare_lane(setting, staged)

    return make
