"""Measuring for the gate: what the policy names, and a second batch where time alone made it fail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from bench.analysis.verdict import Verdict
from bench.gate.judge import confirm, gate, narrowed, narrowed_results, needs_repetition, suspects
from bench.gate.policy import Policy
from bench.harness.plan import RunPlan
from bench.harness.progress import Progress
from bench.harness.session import measure_into
from bench.results.records import Results

SECOND_BATCH = "second-batch"
"""The folder in the output where the results of a repetition go."""


class Batches(Protocol):
    """Batches are the runs that a policy is applied to: the whole one, and a second one of time alone."""

    policy: Policy

    def whole(self) -> Results:
        """Measure everything that the policy names."""
        ...

    def time_again(self, scans: tuple[str, ...]) -> Results:
        """Measure time alone, on ``scans``."""
        ...


class Measuring:
    """A Measuring is the Batches of a plan, whose results and reports go to a folder."""

    def __init__(self, policy: Policy, plan: RunPlan, output: Path, progress: Progress) -> None:
        self.policy = policy
        self._plan = plan
        self._output = output
        self._progress = progress

    def whole(self) -> Results:
        """Measure everything."""
        return measure_into(self._output, self._plan, self._progress).results

    def time_again(self, scans: tuple[str, ...]) -> Results:
        """Measure time alone, on ``scans``."""
        sources = tuple(source for source in self._plan.sources if source.label in scans)
        plan = replace(self._plan, sources=sources, probes=())
        reports = self._output.absolute().parent
        return measure_into(self._output / SECOND_BATCH, plan, self._progress, reports=reports).results


def judge_by_measuring(measuring: Batches, accepted: Results | None) -> Verdict:
    """Measure and judge; where nothing but time fails, let a second batch confirm it. Raises BenchError."""
    first = gate(measuring.policy, measuring.whole(), accepted)
    if not needs_repetition(first):
        return first
    scans = suspects(first)
    again = measuring.time_again(scans)
    against = narrowed_results(accepted, scans) if accepted else None
    return confirm(first, gate(narrowed(measuring.policy, scans), again, against))
