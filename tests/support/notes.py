"""A Progress that keeps what it hears, and what the runner's tests ask of it."""

from __future__ import annotations

from bench.messages.request import ProbeName
from bench.results.records import Results
from tests.support.stand_in import Sample, sample


class Notes:
    """A Progress that keeps every message."""

    def __init__(self) -> None:
        self.total = self.finished = 0.0
        self.stages: list[str] = []
        self.details: list[str] = []
        self.seconds_left: list[float] = []
        self.warnings: list[str] = []

    def begin(self, work: float) -> None:
        self.total = work

    def stage(self, text: str) -> None:
        self.stages.append(text)

    def detail(self, text: str) -> None:
        self.details.append(text)

    def done(self, work: float) -> None:
        self.finished += work

    def left(self, seconds: float) -> None:
        self.seconds_left.append(seconds)

    def warn(self, text: str) -> None:
        self.warnings.append(text)


def always(scan: str, probe: ProbeName, implementation: str) -> Sample:
    return sample()


def failures(results: Results | None) -> list[tuple[str, str, str, str]]:
    assert results
    return [(failure.scan, failure.implementation, failure.probe, failure.kind) for failure in results.failures]
