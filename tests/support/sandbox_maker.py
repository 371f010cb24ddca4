"""Sandboxes with a small scan, on which a run takes a tenth of a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event

from bench.compliance.job import JOB
from bench.declare.storage import storage_in
from bench.harness.executor import ProcessExecutor
from bench.harness.stage import Stage
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.promises.fault_plan import RunProfile
from bench.promises.sandbox import Sandbox, TrialContext, prepare_sandbox

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

Prepared = tuple[Sandbox, RunProfile]

SandboxMaker = Callable[[str], AbstractContextManager[Prepared]]
"""Prepares a sandbox for the named implementation."""


def sandbox_maker(stage: Stage, source: DataSource) -> SandboxMaker:
    """Return a function that prepares sandboxes on ``stage``."""

    @contextmanager
    def make(implementation: str) -> Iterator[Prepared]:
        found = implementation_of(JOB, implementation)
        with stage.data(JOB, source, (found,)) as staged:
            context = TrialContext(
                executor=ProcessExecutor(stage.scratch),
                job=JOB,
                implementation=found,
                loaded=staged.loaded,
                timeout_seconds=60.0,
                stop=Event(),
                storage=storage_in(staged.storages, implementation),
            )
            yield prepare_sandbox(context, staged)

    return make
