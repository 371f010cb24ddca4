"""The PolicyJudge: decides by what a gate's policy says of a commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bench.analysis.verdict import Standing, Verdict
from bench.bisect.judge import NotMeasuredError, UndecidedError, trial
from bench.errors import InputError
from bench.gate.measuring import judge_by_measuring
from bench.gate.policy import Policy
from bench.results.bisection import Commit, CommitTrial, Found
from bench.results.environment import Environment
from bench.results.metrics import METRICS
from bench.results.records import Dataset, Results


class PolicyMeasure(Protocol):
    """A PolicyMeasure runs what a policy names with the code of one commit, under the names of the policy."""

    def whole(self, commit: Commit) -> Results:
        """Measure everything. Raises NotMeasuredError for a commit that cannot be run, and other BenchErrors."""
        ...

    def time_again(self, commit: Commit, scans: tuple[str, ...]) -> Results:
        """Measure time alone, on ``scans``. Raises as ``whole`` does."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """The figure that trials show: one metric of one case."""

    metric: str = ""
    scan: str = ""
    implementation: str = ""


class PolicyJudge:
    """A PolicyJudge calls bad what the policy fails, and good what it passes; what it cannot decide is skipped."""

    tolerance = None
    threshold = None

    def __init__(self, measure: PolicyMeasure, policy: Policy, file: str, accepted: Results | None) -> None:
        self.policy = file
        self.environment: Environment | None = None
        self.dataset: Dataset | None = None
        self._measure = measure
        self._policy = policy
        self._accepted = accepted
        self._shown = _Shown()

    @property
    def metric(self) -> str:
        """See ``Judge``: that of the first check which the bad commit failed."""
        return self._shown.metric

    def ends(self, good: Commit, bad: Commit) -> tuple[CommitTrial, CommitTrial]:
        """See ``Judge``."""
        (good_results, good_verdict), (bad_results, bad_verdict) = self._verdict(good), self._verdict(bad)
        words = f"good {good.short}: {good_verdict.headline}; bad {bad.short}: {bad_verdict.headline}"
        standings = (_found(good_verdict), _found(bad_verdict))
        if "skipped" in standings:
            raise UndecidedError(f"the policy does not decide on both ends; {words}; name other commits")
        if standings != ("good", "bad"):
            raise InputError(f"the policy must pass good and fail bad; {words}; name other commits")
        self._shown = _shown(bad_results, bad_verdict)
        return self._trial(good, good_results, good_verdict), self._trial(bad, bad_results, bad_verdict)

    def judge(self, commit: Commit) -> CommitTrial:
        """See ``Judge``."""
        results, verdict = self._verdict(commit)
        if _found(verdict) == "skipped":
            raise NotMeasuredError(verdict.headline)
        return self._trial(commit, results, verdict)

    def _verdict(self, commit: Commit) -> tuple[Results, Verdict]:
        batches = _CommitBatches(self._measure, self._policy, commit)
        verdict = judge_by_measuring(batches, self._accepted)
        results = batches.first
        assert results is not None  # a verdict is made of it
        self.environment = results.environment
        self.dataset = results.datasets[0] if results.datasets else None
        return results, verdict

    def _trial(self, commit: Commit, results: Results, verdict: Verdict) -> CommitTrial:
        shown = self._shown
        samples: Sequence[float] = next(
            (
                one.samples
                for one in results.measurements
                if (one.metric, one.scan, one.implementation) == (shown.metric, shown.scan, shown.implementation)
            ),
            (),
        )
        return replace(trial(commit, _found(verdict), verdict.headline), samples=tuple(samples))


class _CommitBatches:
    """The runs of one commit, of which the first is kept."""

    def __init__(self, measure: PolicyMeasure, policy: Policy, commit: Commit) -> None:
        self.policy = policy
        self.first: Results | None = None
        self._measure, self._commit = measure, commit

    def whole(self) -> Results:
        self.first = self._measure.whole(self._commit)
        return self.first

    def time_again(self, scans: tuple[str, ...]) -> Results:
        return self._measure.time_again(self._commit, scans)


def _found(verdict: Verdict) -> Found:
    if verdict.standing is Standing.FAILED:
        return "bad"
    return "good" if verdict.standing.good else "skipped"


def _shown(results: Results, verdict: Verdict) -> _Shown:
    """Return the figure that the first failed check is about; checks are named by metric, scan and implementation."""
    for check in verdict.having(Standing.FAILED):
        for one in results.measurements:
            if one.metric in METRICS and check.name.endswith(f" {one.metric} {one.scan} {one.implementation}"):
                return _Shown(metric=one.metric, scan=one.scan, implementation=one.implementation)
    return _Shown()
