"""Data and implementations of the compliance job, by the names that a command line has for them."""

from __future__ import annotations

from pathlib import Path

from bench.compliance.job import JOB
from bench.harness.stage import COPYING, DataStage
from bench.harness.targets import TargetDigest
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size
from bench.messages.reading import Reading
from bench.messages.request import ProbeName
from bench.results.records import COPY_BASELINE


def synthetic(label: str, catalogue: Path | None = None, seed: int = 0) -> DataSource:
    """A synthetic scan with the catalogue of a file, or a synthetic one."""
    options = {} if catalogue is None else {"catalogue": str(catalogue)}
    return DataSource(size=parse_size(JOB, label), seed=seed, options=options)


def implementation(name: str) -> Implementation:
    """An implementation of the compliance job, or the copy baseline."""
    return COPYING if name == COPY_BASELINE else implementation_of(JOB, name)


def implementations(*names: str) -> tuple[Implementation, ...]:
    return tuple(map(implementation, names))


def sampled(data: DataStage, probe: ProbeName, name: str, timeout: float | None) -> tuple[Reading, TargetDigest]:
    """One sample of an implementation, by its name."""
    return data.sample(probe, implementation(name), timeout)
