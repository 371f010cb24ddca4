"""The runs of a bisection: plans that differ from one another in the code alone, and how they are measured here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace

from bench.bisect.judge import NotMeasuredError
from bench.errors import InputError
from bench.harness.executor import SampleError
from bench.harness.plan import RunPlan
from bench.harness.progress import Progress
from bench.harness.runner import Runner
from bench.harness.stage import Stage
from bench.jobs.implementation import Implementation
from bench.jobs.registry import split_revision
from bench.messages.request import ProbeName
from bench.results.bisection import Commit
from bench.results.records import Results
from bench.revisions.code import Checkouts, CodeSource

PROBES: Mapping[str, ProbeName] = {
    "wall_seconds": "time",
    "instructions": "rss",
    "function_calls": "work",
    "cpu_seconds": "time",
    "peak_heap_bytes": "memory",
    "peak_heap_untraced_bytes": "memory-untraced",
    "allocations": "memory",
    "allocated_bytes": "memory",
    "retained_bytes": "memory",
    "peak_rss_bytes": "rss",
    "base_rss_bytes": "rss",
    "statements_django": "statements",
    "statements_server": "statements",
    "rows_written": "rows",
    "wal_bytes": "database",
    "wal_full_page_images": "database",
    "rows_inserted": "database",
    "rows_deleted": "database",
    "blocks_read": "database",
    "blocks_hit": "database",
    "temp_bytes": "database",
    "table_blocks": "database",
    "blocks_dirtied": "database",
    "index_tuples": "database",
    "sequential_tuples": "database",
    "wal_records": "database",
    "server_cpu_seconds": "database",
    "backend_peak_bytes": "database",
}
"""By metric, the probe that measures it."""


class CommitRuns(ABC):
    """CommitRuns measure commits by plans that differ from one another in the code alone.

    They are a ``bench.bisect.judge.Measure`` and a ``bench.bisect.policy_judge.PolicyMeasure``.
    """

    def __init__(self, plan: RunPlan, source: CodeSource) -> None:
        """``plan`` has today's implementations; the first one is what a metric is measured of."""
        self._plan = plan
        self._source = source
        self.warnings: dict[str, None] = {}
        """What is not as committed in the code that was run."""

    def name(self, commit: Commit) -> str:
        """See ``Measure``."""
        return f"{self._plan.implementations[0].name}@{commit.short}"

    def run(self, commits: Sequence[Commit], metric: str, samples: int) -> Results:
        """See ``Measure``."""
        return self._measured(self._metric_plan(commits, PROBES[metric], samples))

    def whole(self, commit: Commit) -> Results:
        """See ``PolicyMeasure``."""
        return self._measured(self._policy_plan(commit))

    def time_again(self, commit: Commit, scans: tuple[str, ...]) -> Results:
        """See ``PolicyMeasure``."""
        plan = self._policy_plan(commit)
        sources = tuple(one for one in plan.sources if plan.job.label(one) in scans)
        return self._measured(replace(plan, sources=sources, probes=()))

    def _metric_plan(self, commits: Sequence[Commit], probe: ProbeName, samples: int) -> RunPlan:
        subject, timed = self._plan.implementations[0], probe == "time"
        implementations = tuple(self._at(commit, subject, self.name(commit)) for commit in commits)
        # Other probes take one sample a time; repeated, they alternate between the commits as time does.
        probes = () if timed else (probe,) * samples
        return replace(self._plan, implementations=implementations, probes=probes, samples=samples if timed else 0)

    def _policy_plan(self, commit: Commit) -> RunPlan:
        return replace(
            self._plan,
            implementations=tuple(self._as_policy(commit, one) for one in self._plan.implementations),
        )

    def _as_policy(self, commit: Commit, one: Implementation) -> Implementation:
        """Return an implementation of a policy at ``commit``; one that it names with a revision stays at that.

        What lives elsewhere, such as another job's beside a project's, is the same at every commit.
        """
        if one.project != self._source.name:
            return one
        _, revision = split_revision(one.name)
        return self._at(self._commit(revision) if revision else commit, one, one.name)

    def _commit(self, revision: str) -> Commit:
        """Return the commit called ``revision``. Raises InputError."""
        repository = self._source.repository
        return repository.describe([repository.commit(revision)])[0]

    @abstractmethod
    def _at(self, commit: Commit, implementation: Implementation, name: str) -> Implementation:
        """Return an implementation as it is at a commit. Raises NotMeasuredError where its code cannot be run."""

    @abstractmethod
    def _measured(self, plan: RunPlan) -> Results:
        """Carry out a plan. Raises NotMeasuredError where its code cannot be run, and other BenchErrors."""


class RevisionRuns(CommitRuns):
    """RevisionRuns measure on one server here, whose migrated templates serve all trials."""

    def __init__(self, plan: RunPlan, checkouts: Checkouts, stage: Stage, progress: Progress) -> None:
        """See ``CommitRuns``."""
        super().__init__(plan, checkouts.source)
        self._checkouts = checkouts
        self._stage = stage
        self._progress = progress

    def _at(self, commit: Commit, implementation: Implementation, name: str) -> Implementation:
        try:
            code = self._checkouts.code(commit)
        except InputError as error:
            raise NotMeasuredError(str(error)) from error
        self.warnings |= dict.fromkeys(code.warnings)
        return code.implementation(name, implementation.function)

    def _measured(self, plan: RunPlan) -> Results:
        runner = Runner(plan, self._progress, lambda *_: nullcontext(self._stage))
        try:
            runner.run()
        except (InputError, SampleError) as error:
            raise NotMeasuredError(str(error)) from error
        results = runner.results()
        assert results is not None  # the run came to its end
        return results
