"""How far the counts of work repeat in fresh processes, and whether the gate ever fails equal code.

``python -m experiments.work_repeats [SAMPLES] [SCAN] [IMPLEMENTATION] [PROBE]``, by default 200 samples of the probe
``work`` on streaming at 1k/8. Each sample is judged by the gate against the one before it, as a run against its
baseline. ``docs/client-work.md`` has the figures.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.analysis.verdict import Standing
from bench.compliance.job import JOB
from bench.gate.judge import gate
from bench.gate.policy import Policy
from bench.harness.plan import RunPlan
from bench.harness.runner import Runner
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size
from bench.messages.request import ProbeName
from bench.results.calls import CallCounts
from bench.results.metrics import METRICS, Kind
from bench.results.records import Results

PROBES: dict[str, ProbeName] = {"work": "work", "memory": "memory", "database": "database"}


class _Counting:
    """A Progress that says every ten samples how many there are."""

    def __init__(self) -> None:
        self._taken = 0

    def begin(self, work: float) -> None:
        """Do nothing."""

    def stage(self, text: str) -> None:
        """Count the sample that begins."""
        if "loading" not in text:
            self._taken += 1
            if self._taken % 10 == 0:
                sys.stderr.write(f"sample {self._taken}\n")

    def detail(self, text: str) -> None:
        """Do nothing."""

    def done(self, work: float) -> None:
        """Do nothing."""

    def left(self, seconds: float) -> None:
        """Do nothing."""

    def warn(self, text: str) -> None:
        """Print it."""
        sys.stderr.write(f"{text}\n")


def measured(samples: int, scan: str, implementation: str, probe: ProbeName) -> Results:
    """Take ``samples`` samples of one probe, one after the other."""
    plan = RunPlan(
        job=JOB,
        sources=(DataSource(size=parse_size(JOB, scan), seed=0),),
        implementations=(implementation_of(JOB, implementation),),
        samples=0,
        command=f"python -m experiments.work_repeats {samples} {scan} {implementation} {probe}",
        probes=(probe,) * samples,
    )
    runner = Runner(plan, _Counting())
    runner.run()
    results = runner.results()
    assert results is not None  # the run came to its end
    return results


def spreads(results: Results) -> Iterator[str]:
    """Yield the spread of each near-exact metric, and how many pairs of samples its tolerance would fail."""
    for one in results.measurements:
        metric = METRICS[one.metric]
        if metric.kind is Kind.NEAR_EXACT and min(one.samples) > 0:
            low, high = min(one.samples), max(one.samples)
            yield f"{one.metric}: {low:,.0f} to {high:,.0f}, {100 * (high / low - 1):.4f} %, n={len(one.samples)}"


def false_alarms(results: Results) -> list[str]:
    """Judge each sample against the one before; return the checks that did not pass."""
    (dataset,), (implementation,) = results.datasets, results.implementations
    policy = Policy(scans=(dataset.scan,), implementations=(implementation,))
    number = max(len(one.samples) for one in results.measurements)
    alarms = []
    for place in range(1, number):
        verdict = gate(policy, _single(results, place), _single(results, place - 1))
        alarms += [f"{place}: {one.sentence}" for one in verdict.checks if one.standing is not Standing.PASSED]
    return alarms


def _single(results: Results, place: int) -> Results:
    return replace(
        results,
        measurements=tuple(replace(one, samples=one.samples[place : place + 1]) for one in results.measurements),
        calls=results.calls[place : place + 1],
        heap=(),
        allocations=(),
    )


def varying(calls: Sequence[CallCounts]) -> Iterator[str]:
    """Yield the functions whose calls differed between samples, those that differed most first."""
    counts: defaultdict[str, list[int]] = defaultdict(list)
    for sample in calls:
        for one in sample.functions:
            counts[one.function].append(one.calls)
    # Those called least are named in some samples only.
    ranges = sorted(
        ((max(found) - min(found), name, found) for name, found in counts.items() if len(found) == len(calls)),
        reverse=True,
    )
    for spread, name, found in ranges:
        if spread:
            yield f"{name}: {min(found):,} to {max(found):,}"


def main(arguments: Sequence[str]) -> int:
    """Measure, and print what was found; return 1 where equal code failed."""
    samples, scan, implementation, probe = (*arguments, *("200", "1k/8", "streaming", "work")[len(arguments) :])
    results = measured(int(samples), scan, implementation, PROBES[probe])
    alarms = false_alarms(results)
    lines = [f"{probe} of {implementation} on {scan}, {results.environment.python}", *spreads(results)]
    if results.calls:
        first = results.calls[0]
        lines += [f"functions: {len(first.functions)} by name and {first.other_functions} others"]
        lines += ["functions whose calls differ between samples:", *(f"  {one}" for one in varying(results.calls))]
    lines += [f"false alarms: {len(alarms)} of {int(samples) - 1}", *(f"  {one}" for one in alarms)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if alarms else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
