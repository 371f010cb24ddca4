"""A Measure that reads figures from the commits themselves, so that a search needs neither server nor worker."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from bench.bisect.judge import NotMeasuredError
from bench.results.bisection import Commit
from bench.results.metrics import METRICS
from bench.results.records import Results
from bench.revisions.repository import Repository
from tests.support.builders import dataset, digest, measurement, production_results
from tests.support.node_case import FIGURE

SCAN = "1k/8"


class FakeMeasure:
    """Takes what ``pkg/figure`` of each commit holds for the truth, and adds noise to metrics in seconds."""

    def __init__(self, repository: Repository, noise: float = 0.02) -> None:
        self.measured: list[str] = []
        """The subjects of the commits that were run, each as often as it was."""
        self.before: Callable[[Commit], None] = lambda _: None
        """Called before each commit is run."""
        self._repository = repository
        self._noise = noise
        self._random = random.Random(1)

    def name(self, commit: Commit) -> str:
        return f"task@{commit.short}"

    def run(self, commits: Sequence[Commit], metric: str, samples: int) -> Results:
        for commit in commits:
            self.before(commit)
        self.measured += [commit.subject for commit in commits]
        names = [self.name(commit) for commit in commits]
        taken = {name: self._samples(commit, metric, samples) for name, commit in zip(names, commits, strict=True)}
        return replace(
            production_results(),
            implementations=tuple(names),
            datasets=(dataset(SCAN, 1_000, 8),),
            measurements=tuple(measurement(SCAN, name, metric, *found) for name, found in taken.items()),
            digests=tuple(
                digest(SCAN, name, 8, rows=self._rows(commit)) for name, commit in zip(names, commits, strict=True)
            ),
            statements=(),
            heap=(),
            allocations=(),
            code=(),
        )

    def _samples(self, commit: Commit, metric: str, samples: int) -> tuple[float, ...]:
        held = self._held(commit)
        if held.startswith("broken"):
            raise NotMeasuredError(held)
        value = float(held.split()[0])
        if METRICS[metric].unit != "seconds":
            return (value,) * samples
        return tuple(value * self._random.lognormvariate(0, self._noise) for _ in range(samples))

    def _rows(self, commit: Commit) -> str:
        return ("beef" if self._held(commit).endswith("rows") else "cafe") * 16

    def _held(self, commit: Commit) -> str:
        content = self._repository.file(commit.hash, FIGURE)
        assert content is not None
        return content.decode()
