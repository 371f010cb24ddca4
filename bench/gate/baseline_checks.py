"""The checks against a baseline: the same cases, the same rows, and every metric as near as its kind demands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.analysis.change import Change, ChangeVerdict, exact_change, noisy_changes
from bench.analysis.comparable import datasets_match, environment_differences
from bench.analysis.pairs import chance_ratio
from bench.analysis.ratio import FLOOR
from bench.analysis.summary import Summaries, Summary, summaries_of
from bench.gate.evidence import evidence_for
from bench.gate.policy import Policy
from bench.gate.rule_checks import Run
from bench.gate.run_checks import failed_cases, measured_cases
from bench.gate.sentence import figures, named, share
from bench.gate.verdict import Check, Outcome
from bench.report.comparison import percent
from bench.results.metrics import METRICS, Kind, Metric
from bench.results.records import Case, Dataset, Results

ACCEPT = "`bench baseline accept RESULTS`"
_MOST_DIFFERENCES = 6


def baseline_checks(policy: Policy, run: Run) -> Iterator[Check]:
    """Check a run against its baseline; without one only that the policy does not ask for it."""
    baseline = run.baseline
    if baseline is None:
        if policy.needs_baseline:
            yield Check(
                name="baseline",
                outcome=Outcome.TOOL_FAILURE,
                sentence=f"the policy names tolerances against a baseline, and there is none; make one with {ACCEPT}",
            )
        return
    if baseline.scenario != run.results.scenario:
        yield Check(
            name="baseline",
            outcome=Outcome.NOT_COMPARABLE,
            sentence=f"the baseline is of the scenario {baseline.scenario}, the run of {run.results.scenario}",
        )
        return
    yield from _Judge(policy, run, baseline).checks()


@dataclass(frozen=True)
class _Pair:
    """One metric of one case in baseline and run."""

    metric: Metric
    case: Case
    before: Summary
    after: Summary

    @property
    def name(self) -> str:
        return f"baseline {self.metric.name} {self.case[0]} {self.case[1]}"


class _Judge:
    """Holds what every case is judged by."""

    def __init__(self, policy: Policy, run: Run, baseline: Results) -> None:
        self._policy, self._run, self._baseline = policy, run, baseline
        self._before: Summaries = summaries_of(baseline)
        self._differences = environment_differences(baseline.environment, run.results.environment)

    def checks(self) -> Iterator[Check]:
        before, after = measured_cases(self._baseline), measured_cases(self._run.results)
        yield from self._missing_cases(before, after)
        matching = []
        for scan in dict.fromkeys(scan for scan, _ in before if scan in {scan for scan, _ in after}):
            unmatched = self._data_check(scan)
            if unmatched is not None:
                yield unmatched
                continue
            matching += [case for case in before if case in after and case[0] == scan]
        noisy: list[_Pair] = []
        for case in matching:
            check = self._row_check(case)
            yield check
            for found in self._metrics(case, costs=check.outcome is Outcome.PASS):
                if isinstance(found, Check):
                    yield found
                else:
                    noisy.append(found)
        yield from self._noisy_checks(noisy)

    def _missing_cases(self, before: tuple[Case, ...], after: tuple[Case, ...]) -> Iterator[Check]:
        failed = failed_cases(self._run.results)
        asked = {(scan, name) for scan in self._policy.scans for name in self._policy.implementations}
        for scan, implementation in before:
            # What the policy asks for, and what failed, is told by the checks of the run itself.
            if (scan, implementation) not in {*after, *failed, *asked}:
                yield Check(
                    name=f"case {scan} {implementation}",
                    outcome=Outcome.REGRESSION,
                    sentence=f"{implementation} on {scan} is in the baseline and was not measured; measure it, or take "
                    f"it out of the baseline with {ACCEPT}",
                    scan=scan,
                )
        for scan, implementation in after:
            if (scan, implementation) not in before:
                yield Check(
                    name=f"baseline case {scan} {implementation}",
                    outcome=Outcome.TOOL_FAILURE,
                    sentence=f"{implementation} on {scan} is missing from the baseline, so nothing holds it; make "
                    f"a new one with {ACCEPT}",
                    scan=scan,
                )

    def _data_check(self, scan: str) -> Check | None:
        """Return why nothing on ``scan`` can be compared; None where its data are those of the baseline."""
        before, after = (_dataset(results, scan) for results in (self._baseline, self._run.results))
        if before is not None and after is not None and datasets_match(before, after):
            return None
        what = "seed, generator or catalogue differ"
        if before is not None and after is not None and before.catalogue_fingerprint != after.catalogue_fingerprint:
            what = f"the catalogue differs: {before.catalogue} → {after.catalogue}"
        return Check(
            name=f"baseline data {scan}",
            outcome=Outcome.NOT_COMPARABLE,
            sentence=f"{scan} does not hold the data that the baseline was measured on ({what})",
            scan=scan,
        )

    def _row_check(self, case: Case) -> Check:
        scan, implementation = case
        sides = [
            {
                (one.rows, one.summaries, one.row_count, one.summary_count)
                for one in results.digests
                if (one.scan, one.implementation) == case
            }
            for results in (self._baseline, self._run.results)
        ]
        if not all(sides):
            outcome, told = Outcome.TOOL_FAILURE, "have no digest in one of the two, so nothing vouches for them"
        elif sides[0] != sides[1]:
            counts = [max(one[2] for one in side) for side in sides]
            outcome, told = Outcome.REGRESSION, f"are not those of the baseline: {counts[0]:,} → {counts[1]:,} rows"
            if counts[0] == counts[1]:
                told = f"are not those of the baseline: as many, {counts[1]:,}, of other content"
        else:
            outcome, told = Outcome.PASS, "are those of the baseline"
        return Check(
            name=f"baseline rows {scan} {implementation}",
            outcome=outcome,
            sentence=f"rows and summaries of {implementation} on {scan} {told}",
            scan=scan,
        )

    def _metrics(self, case: Case, *, costs: bool) -> Iterator[Check | _Pair]:
        """Yield the checks of exact and near-exact metrics, and the pairs of the noisy ones that the policy names."""
        for metric in METRICS.values():
            tolerance = self._policy.tolerance(metric)
            sides = [one.get(*case, metric.name) for one in (self._before, self._run.summaries)]
            before, after = sides
            if tolerance is None or (before is None and after is None):
                continue
            if before is None or after is None:
                yield from self._one_sided(metric, case, measured=after is not None)
                continue
            if metric.kind is Kind.EXACT:
                yield self._exact_check(_Pair(metric, case, before, after))
            elif not costs or not self._run.may_claim(metric, case):
                continue
            elif metric.kind is Kind.NEAR_EXACT:
                yield self._near_exact_check(_Pair(metric, case, before, after), tolerance)
            else:
                yield _Pair(metric, case, before, after)

    def _one_sided(self, metric: Metric, case: Case, *, measured: bool) -> Iterator[Check]:
        if not measured and self._run.explained(case):
            return
        scan, implementation = case
        where = "missing from the baseline" if measured else "in the baseline and was not measured"
        yield Check(
            name=f"baseline {metric.name} {scan} {implementation}",
            outcome=Outcome.TOOL_FAILURE,
            sentence=f"{named(metric, implementation, scan)} is {where}; measure both alike, or make a new baseline "
            f"with {ACCEPT}",
            scan=scan,
        )

    def _exact_check(self, pair: _Pair) -> Check:
        change = exact_change(pair.before, pair.after)
        if change.verdict is ChangeVerdict.EQUAL:
            return self._check(pair, Outcome.PASS, "exact", evidence=False)
        return self._check(pair, Outcome.REGRESSION, f"exact, so any deviation fails; if it is meant, {ACCEPT}")

    def _near_exact_check(self, pair: _Pair, tolerance: float) -> Check:
        before, after = pair.before.centre, pair.after.centre
        difference = after - before
        room = max(tolerance * before, pair.metric.resolution)
        # Two figures near zero differ by nothing that matters.
        if abs(difference) <= room or max(before, after) <= FLOOR.get(pair.metric.unit, 0.0):
            return self._check(pair, Outcome.PASS, f"tolerance {share(tolerance)}", evidence=False)
        if difference > 0:
            return self._check(pair, Outcome.REGRESSION, f"tolerance {share(tolerance)}")
        words = f"tolerance {share(tolerance)}; keep it with {ACCEPT}"
        return self._check(pair, Outcome.IMPROVEMENT, words, evidence=False)

    def _noisy_checks(self, pairs: list[_Pair]) -> Iterator[Check]:
        if self._differences:
            for metric in dict.fromkeys(pair.metric for pair in pairs):
                yield Check(
                    name=f"baseline {metric.name}",
                    outcome=Outcome.NOT_COMPARABLE,
                    sentence=f"{metric.title} is not compared: the baseline is of another environment",
                    evidence=self._environment(),
                )
            return
        changes = noisy_changes([(pair.before, pair.after) for pair in pairs], [self._floor(pair) for pair in pairs])
        yield from (self._noisy_check(pair, change) for pair, change in zip(pairs, changes, strict=True))

    def _floor(self, pair: _Pair) -> float:
        """Return the least slow-down that counts: the policy's tolerance, or what chance shows on this machine."""
        count = min(len(pair.before.samples), len(pair.after.samples))
        deviation = self._run.deviation(pair.metric.name)
        chance = chance_ratio(deviation, count) if deviation is not None and count > 1 else 1.0
        return max(1 + (self._policy.tolerance(pair.metric) or 0.0), chance)

    def _noisy_check(self, pair: _Pair, change: Change) -> Check:
        outcome = {
            ChangeVerdict.MORE: Outcome.REGRESSION,
            ChangeVerdict.LESS: Outcome.IMPROVEMENT,
            ChangeVerdict.INCONCLUSIVE: Outcome.INCONCLUSIVE,
        }.get(change.verdict, Outcome.PASS)
        told = [f"floor {share(self._floor(pair) - 1)}"]
        if change.low is not None and change.high is not None:
            told.append(f"95 % interval {percent(change.low)} to {percent(change.high)}")
        if change.reason:
            told.append(change.reason)
        if outcome is Outcome.IMPROVEMENT:
            told.append(f"keep it with {ACCEPT}")
        return self._check(pair, outcome, "; ".join(told), evidence=outcome is Outcome.REGRESSION)

    def _check(self, pair: _Pair, outcome: Outcome, words: str, *, evidence: bool = True) -> Check:
        scan, implementation = pair.case
        values = [
            max(one.samples) if pair.metric.kind is Kind.EXACT and not one.repeats else one.centre
            for one in (pair.before, pair.after)
        ]
        before, after = figures(pair.metric.unit, *values)
        size = f" ({percent(values[1] / values[0])})" if values[0] > 0 and values[0] != values[1] else ""
        lines: tuple[str, ...] = ()
        if evidence:
            lines = evidence_for(pair.metric, pair.case, self._run.results, self._baseline)
            if pair.metric.kind is not Kind.EXACT:
                lines += self._environment()
        return Check(
            name=pair.name,
            outcome=outcome,
            sentence=f"{named(pair.metric, implementation, scan)}: {before} → {after}{size}, {words}",
            evidence=lines,
            scan=scan,
            noisy=pair.metric.kind is Kind.NOISY,
        )

    def _environment(self) -> tuple[str, ...]:
        if not self._differences:
            return ()
        more = len(self._differences) - _MOST_DIFFERENCES
        told = "; ".join(self._differences[:_MOST_DIFFERENCES]) + (f"; and {more} more" if more > 0 else "")
        return (f"another environment than the baseline's: {told}",)


def _dataset(results: Results, scan: str) -> Dataset | None:
    return next((one for one in results.datasets if one.scan == scan), None)
