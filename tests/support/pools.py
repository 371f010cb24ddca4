"""Pools for tests: a small scan, a short wait for killed children, and a progress that keeps what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.broker.broker import open_broker
from bench.compliance.job import JOB
from bench.harness.environment import describe_environment
from bench.harness.stage import Stage
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size
from bench.pool.grounds import Grounds
from bench.pool.plan import PoolPlan
from bench.results.pool import PoolSettings

HUNGRY = "tests.support.implementations.hungry"
SETTINGS = PoolSettings(concurrency=2, tasks_per_child=1)


class Silence:
    """A Progress that keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def begin(self, work: float) -> None:
        pass

    def stage(self, text: str) -> None:
        self.said.append(text)

    def detail(self, text: str) -> None:
        pass

    def done(self, work: float) -> None:
        pass

    def left(self, seconds: float) -> None:
        pass

    def warn(self, text: str) -> None:
        self.said.append(text)


def pool_plan(catalogue: Path, *names: str, size: str = "60/3") -> PoolPlan:
    """Return a plan for ``names`` on a small scan and catalogue."""
    source = DataSource(size=parse_size(JOB, size), options={"catalogue_file": str(catalogue)})
    return PoolPlan(
        job=JOB,
        implementations=tuple(implementation_of(JOB, name) for name in names),
        sources=(source,),
        settings=SETTINGS,
        tasks=3,
        command="bench workers",
        limit_choice="supervisor",
        lost_seconds=0.3,
        timeout_seconds=60.0,
    )


@contextmanager
def opened_grounds(stage: Stage, plan: PoolPlan) -> Iterator[Grounds]:
    """Grounds on a server that runs already."""
    server = stage.server
    environment = describe_environment(server.version, server.source, server.settings())
    with open_broker(plan.broker_url, stage.scratch) as broker:
        yield Grounds(plan=replace(plan), stage=stage, broker=broker, progress=Silence(), environment=environment)
