"""The checks against a baseline: the same cases, the same rows, the same laws, and every metric by its kind."""

from __future__ import annotations

from collections.abc import Iterator

from bench.analysis.change import Change, ChangeVerdict
from bench.analysis.comparable import data_difference
from bench.analysis.compare import compare_metrics
from bench.analysis.comparison import Comparison, MissingCase, RowChange, RunSide
from bench.analysis.rows import case_rows
from bench.analysis.run_verdict import named, run_checks
from bench.analysis.verdict import Check, Standing
from bench.gate.evidence import evidence_for
from bench.gate.policy import Policy
from bench.gate.run import Run
from bench.gate.text import figures, share
from bench.report.comparison import percent
from bench.results.cases import failed_cases
from bench.results.metrics import Kind, Metric
from bench.results.records import Results

ACCEPT = "`bench baseline accept RESULTS`"
_MOST_DIFFERENCES = 6


def baseline_checks(policy: Policy, run: Run) -> Iterator[Check]:
    """Check a run against its baseline; without one, that the policy does not want one."""
    baseline = run.baseline
    if baseline is None:
        if policy.baseline or policy.needs_baseline:
            remedy = f"make one with {ACCEPT}"
            if policy.needs_baseline:
                standing, words = Standing.ERROR, f"the policy names tolerances against a baseline; {remedy}"
            else:
                standing, words = Standing.NOT_COMPARABLE, f"{remedy}, or set baseline = false in the policy"
            yield Check(name="baseline", standing=standing, sentence=f"there is no baseline to compare with: {words}")
        return
    yield from _own_checks(baseline)
    comparison = compare_metrics(baseline, run.results, policy.tolerance)
    if comparison.obstacle:
        yield Check(
            name="baseline",
            standing=Standing.NOT_COMPARABLE,
            sentence=f"the baseline is of the scenario {baseline.scenario}, the run of {run.results.scenario}",
        )
        return
    yield from _Judge(policy, run, baseline, comparison).checks()


def _own_checks(baseline: Results) -> Iterator[Check]:
    """Refuse a baseline that was edited into something that `bench baseline accept` would not have taken."""
    for one in run_checks(baseline, case_rows(baseline)):
        # The comparison reports a case that the baseline lacks.
        if not one.standing.good and not one.name.startswith("case "):
            yield Check(
                name=f"baseline run {one.name}",
                standing=Standing.ERROR,
                sentence=f"the baseline is not usable: {one.sentence}; make a new one with {ACCEPT}",
                scan=one.scan,
            )


class _Judge:
    """Holds what every case is judged by."""

    def __init__(self, policy: Policy, run: Run, baseline: Results, comparison: Comparison) -> None:
        self._policy, self._run, self._baseline = policy, run, baseline
        self._comparison = comparison

    def checks(self) -> Iterator[Check]:
        found = self._comparison
        for missing in found.missing:
            yield from self._missing_case(missing)
        for scan in found.other_data:
            yield self._data_check(scan)
        yield from map(_row_check, found.rows)
        yield from self._withdrawn_laws()
        for change in found.changes:
            yield from self._change_checks(change)
        if found.environment_differences:
            noisy = (one.metric for one in found.changes if one.metric.kind is Kind.NOISY and self._same_data(one))
            yield from map(self._other_environment, dict.fromkeys(noisy))

    def _missing_case(self, missing: MissingCase) -> Iterator[Check]:
        case = scan, implementation = missing.scan, missing.implementation
        if missing.side is RunSide.BEFORE:
            yield Check(
                name=f"baseline case {scan} {implementation}",
                standing=Standing.ERROR,
                sentence=f"{implementation} on {scan} is missing from the baseline, so there is nothing to compare it "
                f"with; make a new one with {ACCEPT}",
                scan=scan,
            )
            return
        asked = scan in self._policy.scans and implementation in self._policy.implementations
        # What the policy asks for, and what failed, the checks of the run itself report.
        if not asked and case not in failed_cases(self._run.results) and not self._run.results.unfinished:
            yield Check(
                name=f"case {scan} {implementation}",
                standing=Standing.FAILED,
                sentence=f"{implementation} on {scan} is in the baseline and was not measured; measure it, or take "
                f"it out of the baseline with {ACCEPT}",
                scan=scan,
            )

    def _data_check(self, scan: str) -> Check:
        sides = [
            [one for one in results.datasets if one.scan == scan] for results in (self._baseline, self._run.results)
        ]
        reason = "seed, generator or catalogue differ"
        if all(sides):
            reason = data_difference(sides[0][0], sides[1][0])
        return Check(
            name=f"baseline data {scan}",
            standing=Standing.NOT_COMPARABLE,
            sentence=f"{scan} does not hold the data that the baseline was measured on ({reason})",
            scan=scan,
        )

    def _withdrawn_laws(self) -> Iterator[Check]:
        """Find the laws that the baseline's implementations declared, and that are gone: nothing holds them now."""
        if not self._policy.of_kind("law"):
            return
        now = {(one.implementation, law) for one in self._run.results.laws for law in one.laws}
        present = set(self._run.results.implementations)
        for declared in self._baseline.laws:
            for law in declared.laws:
                if declared.implementation in present and (declared.implementation, law) not in now:
                    yield Check(
                        name=f"baseline law {law.metric} {declared.implementation}",
                        standing=Standing.FAILED,
                        sentence=f"{declared.implementation} no longer declares the law of the baseline for "
                        f"{law.metric}, {law}; if that is intended, {ACCEPT}",
                    )

    def _change_checks(self, change: Change) -> Iterator[Check]:
        """Yield the check of one metric; none where another check says why it could not be compared."""
        case = change.scan, change.implementation
        metric = change.metric
        if change.verdict is ChangeVerdict.MISSING:
            explained = change.after is None and self._run.explained(case)
            if not explained and (metric.everywhere or self._asked(metric)):
                yield self._one_sided(change)
        elif metric.kind is Kind.EXACT:
            if self._same_data(change):
                same = change.verdict is ChangeVerdict.EQUAL
                words = "exact" if same else f"exact, so any difference fails; if it is intended, {ACCEPT}"
                yield self._check(change, Standing.PASSED if same else Standing.FAILED, words)
        elif change.verdict not in (ChangeVerdict.NOT_COMPARABLE, ChangeVerdict.NO_CLAIM) and self._run.may_claim(
            metric, case
        ):
            yield self._check(change, change.standing, self._words(change))

    def _same_data(self, change: Change) -> bool:
        return change.scan not in self._comparison.other_data

    def _asked(self, metric: Metric) -> bool:
        return any(rule.metric == metric.name for rule in self._policy.of_kind("baseline"))

    def _one_sided(self, change: Change) -> Check:
        scan, implementation = change.scan, change.implementation
        where = "missing from the baseline" if change.before is None else "in the baseline and was not measured"
        return Check(
            name=f"baseline {change.metric.name} {scan} {implementation}",
            standing=Standing.ERROR,
            sentence=f"{named(change.metric, implementation, scan)} is {where}; measure it in both, or make a new "
            f"baseline with {ACCEPT}",
            scan=scan,
        )

    def _words(self, change: Change) -> str:
        tolerance = f"tolerance {share(self._policy.tolerance(change.metric) or 0.0)}"
        parts = [tolerance]
        if change.low is not None and change.high is not None:
            parts.append(f"95 % interval {percent(change.low)} to {percent(change.high)}")
        if change.reason:
            parts.append(change.reason)
        if change.standing is Standing.IMPROVED:
            parts.append(f"keep it with {ACCEPT}")
        return "; ".join(parts)

    def _check(self, change: Change, standing: Standing, words: str) -> Check:
        assert change.before is not None  # a change with a missing side has its own check
        assert change.after is not None
        scan, implementation = change.scan, change.implementation
        metric = change.metric
        values = [
            max(one.samples) if metric.kind is Kind.EXACT and not one.repeats else one.centre
            for one in (change.before, change.after)
        ]
        before, after = figures(metric.unit, *values)
        size = f" ({percent(values[1] / values[0])})" if values[0] > 0 and values[0] != values[1] else ""
        lines: tuple[str, ...] = ()
        if standing is Standing.FAILED:
            lines = evidence_for(metric, (scan, implementation), self._run.results, self._baseline)
            lines += self._environment() if metric.kind is not Kind.EXACT else ()
        return Check(
            name=f"baseline {metric.name} {scan} {implementation}",
            standing=standing,
            sentence=f"{named(metric, implementation, scan)}: {before} → {after}{size}, {words}",
            evidence=lines,
            scan=scan,
            noisy=metric.kind is Kind.NOISY,
        )

    def _other_environment(self, metric: Metric) -> Check:
        return Check(
            name=f"baseline {metric.name}",
            standing=Standing.NOT_COMPARABLE,
            sentence=f"{metric.title} is not compared: the baseline is of another environment",
            evidence=self._environment(),
        )

    def _environment(self) -> tuple[str, ...]:
        differences = self._comparison.environment_differences
        if not differences:
            return ()
        more = len(differences) - _MOST_DIFFERENCES
        listed = "; ".join(differences[:_MOST_DIFFERENCES]) + (f"; and {more} more" if more > 0 else "")
        return (f"another environment than the baseline's: {listed}",)


def _row_check(row: RowChange) -> Check:
    scan, implementation = row.case
    standing, words = Standing.PASSED, "are those of the baseline"
    if row.same is None:
        standing, words = Standing.ERROR, "have no digest in one of the two, so nothing proves that they are the same"
    elif not row.same:
        standing, words = Standing.FAILED, f"are not those of the baseline: {row.difference}"
    return Check(
        name=f"baseline rows {scan} {implementation}",
        standing=standing,
        sentence=f"rows and summaries of {implementation} on {scan} {words}",
        scan=scan,
    )
