"""Runs and policies to judge: small, straight, and each varied in one way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.analysis.verdict import Check, Verdict
from bench.compliance.job import JOB
from bench.declare.laws import Law
from bench.gate.judge import gate
from bench.gate.policy import Policy
from bench.gate.policy_file import read_policy
from bench.results.records import DeclaredLaws, Measurement, Results
from tests.support.builders import IMPLEMENTATIONS, SCANS, production_results

SCAN = "10k/20"
LABELS = tuple(scan for scan, *_ in SCANS)
CASE = (SCAN, "streaming")
PER_ROW = {"materializing": 700.0, "streaming": 130.0}
TIMES = {
    "materializing": (8.60, 8.47, 8.92, 8.55, 8.71, 8.58, 8.66, 8.63),
    "streaming": (7.30, 7.19, 7.55, 7.24, 7.41, 7.28, 7.33, 7.37),
}


def run() -> Results:
    """Return a run that keeps its laws, whose peaks are a straight line of the rows, with pairs enough on 10k/20."""
    results = production_results()
    rows = {one.scan: one.rows for one in results.datasets}
    measurements = []
    for one in results.measurements:
        samples = one.samples
        if one.metric == "peak_heap_bytes":
            samples = (30e6 + PER_ROW[one.implementation] * rows[one.scan],)
        elif one.metric == "wall_seconds" and one.scan == SCAN:
            samples = TIMES[one.implementation]
        measurements.append(replace(one, samples=samples))
    laws = tuple(
        DeclaredLaws(implementation=name, laws=(Law("statements_django", count),))
        for name, count in zip(IMPLEMENTATIONS, (19, 18), strict=True)
    )
    return replace(results, measurements=tuple(measurements), laws=laws)


def with_samples(results: Results, metric: str, samples: Sequence[float], case: tuple[str, str] = CASE) -> Results:
    """Return ``results`` with other samples of one metric of one case; without samples the metric goes."""
    changed: list[Measurement] = []
    for one in results.measurements:
        if (one.scan, one.implementation, one.metric) != (*case, metric):
            changed.append(one)
        elif samples:
            changed.append(replace(one, samples=tuple(samples)))
    return replace(results, measurements=tuple(changed))


def without(results: Results, case: tuple[str, str] = CASE) -> Results:
    """Return ``results`` as if ``case`` had never been measured."""
    return replace(
        results,
        measurements=tuple(one for one in results.measurements if (one.scan, one.implementation) != case),
        digests=tuple(one for one in results.digests if (one.scan, one.implementation) != case),
    )


def policy(tmp_path: Path, rules: str = "", scans: Sequence[str] = LABELS) -> Policy:
    """Read a policy over ``scans`` with more TOML below."""
    path = tmp_path / "policy.toml"
    path.write_text(policy_text(rules, scans), encoding="utf-8")
    return read_policy(path, JOB)


def policy_text(rules: str = "", scans: Sequence[str] = LABELS) -> str:
    """Return the TOML of a policy that wants no baseline; ``rules`` may begin with plain keys, then come tables."""
    named = rules.replace("[gate", "[tool.bench.gate")
    listed = ", ".join(f'"{scan}"' for scan in scans)
    head = f'[tool.bench.gate]\nscans = [{listed}]\nimplementations = ["materializing", "streaming"]\nbaseline = false'
    return f"{head}\n{named}\n"


def check(verdict: Verdict, name: str) -> Check:
    """Return the one check called ``name``."""
    (found,) = (one for one in verdict.checks if one.name == name)
    return found


def names(verdict: Verdict) -> set[str]:
    """Return the names of all checks."""
    return {one.name for one in verdict.checks}


def judged(tmp_path: Path, rules: str, results: Results, baseline: Results | None = None) -> Verdict:
    """Judge ``results`` by a policy with ``rules``."""
    return gate(policy(tmp_path, rules), results, baseline)
