"""A repository whose commits have figures of their own, and a search over them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.bisect.bisecting import Bisecting, Keep
from bench.bisect.metric_judge import MetricJudge
from bench.bisect.past import BisectPlan
from bench.results.bisection import Bisection, Commit
from bench.revisions.repository import Repository
from tests.bisect.fake_measure import SCAN, FakeMeasure
from tests.revisions.clones import commit, make
from tests.support.node_case import FIGURE
from tests.support.repository import git

STATEMENTS, PEAK, TIME = "statements_django", "peak_heap_bytes", "wall_seconds"


class Sought:
    """A repository of commits ``c0`` to ``cN`` on one line with the given figures, and a search over them."""

    def __init__(self, folder: Path, figures: Sequence[str]) -> None:
        self.folder = make(folder / "clone", {FIGURE: figures[0]})
        git(self.folder, "commit", "--quiet", "--amend", "-m", "c0")
        for number, figure in enumerate(figures[1:], start=1):
            commit(self.folder, {FIGURE: figure, "notes.txt": str(number)}, f"c{number}")
        self.repository = Repository.containing(self.folder)
        self.measure = FakeMeasure(self.repository)
        self.said: list[str] = []
        self.kept: list[Bisection] = []

    def commit(self, revision: str) -> Commit:
        return self.repository.describe([self.repository.commit(revision)])[0]

    @property
    def first(self) -> str:
        """The hash of ``c0``."""
        return git(self.folder, "rev-list", "--max-parents=0", "main").strip()

    def bisecting(
        self,
        metric: str = STATEMENTS,
        tolerance: float | None = None,
        good: str = "HEAD",
        bad: str = "main",
        *,
        first_parent: bool = False,
        keep: Keep | None = None,
    ) -> Bisecting:
        if good == "HEAD":
            good = self.first
        plan = BisectPlan(
            repository=self.repository,
            good=self.commit(good),
            bad=self.commit(bad),
            paths=("pkg",),
            implementation="task",
            scan=SCAN,
            command="bench bisect",
            first_parent=first_parent,
        )
        judge = MetricJudge(self.measure, metric, tolerance, pairs=8, most_pairs=32)
        return Bisecting(plan, judge, self.said.append, keep or self.kept.append)

    def found(self, metric: str = STATEMENTS, tolerance: float | None = None) -> Bisection:
        return self.bisecting(metric, tolerance).run()
