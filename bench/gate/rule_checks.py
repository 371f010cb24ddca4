"""The checks of the policy's rules within one run: ceilings, laws and ratios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.analysis.comparable import environment_fingerprint
from bench.analysis.laws import LawCheck, check_laws
from bench.analysis.pairs import FEWEST_PAIRS, chance_ratio, log_ratio_deviation, paired_ratio
from bench.analysis.ratio import FLOOR
from bench.analysis.summary import FEWEST_FOR_INTERVAL, Summaries, Summary
from bench.analysis.verdict import Answer, Verdict
from bench.gate.evidence import evidence_for, law_evidence
from bench.gate.policy import Policy, Rule
from bench.gate.run_checks import failed_cases, measured_cases
from bench.gate.sentence import figures, named, share
from bench.gate.verdict import Check, Outcome
from bench.results.metrics import METRICS, Kind, Metric
from bench.results.records import Case, Results


@dataclass(frozen=True, kw_only=True)
class Run:
    """A Run is the results under judgement with what is derived from them, and the baseline for evidence."""

    results: Results
    summaries: Summaries
    verdict: Verdict
    baseline: Results | None

    @property
    def claims(self) -> bool:
        """Whether a performance claim may be made at all: not where rows differ."""
        return self.verdict.same_rows.answer is not Answer.NO

    def may_claim(self, metric: Metric, case: Case) -> bool:
        """Whether the gate may judge ``metric`` of ``case``: counts always, a cost only where its rows are proven."""
        return metric.kind is Kind.EXACT or (self.claims and case in self.verdict.proven)

    def explained(self, case: Case) -> bool:
        """Whether a check of the run itself says already why ``case`` has no figures."""
        return case in failed_cases(self.results) or case not in measured_cases(self.results)

    def deviation(self, metric: str) -> float | None:
        """Return the standard deviation of a pair's log ratio by this machine's noise floor, where it is known."""
        floor = self.results.noise_floor
        if floor is None or floor.environment_fingerprint != environment_fingerprint(self.results.environment):
            return None
        return floor.deviations.get(metric)


def rule_checks(policy: Policy, run: Run) -> Iterator[Check]:
    """Check laws, ceilings and ratios."""
    yield from _law_checks(policy, run)
    for rule in policy.of_kind("ceiling"):
        yield from _ceiling_check(rule, run)
    for rule in policy.of_kind("ratio"):
        yield from _ratio_check(rule, run)


def missing_figure(name: str, metric: Metric, case: Case, run: Run) -> Iterator[Check]:
    """Yield the failure of a check whose figure is missing, unless another check says why."""
    if not run.explained(case):
        scan, implementation = case
        yield Check(
            name=name,
            outcome=Outcome.TOOL_FAILURE,
            sentence=f"{named(metric, implementation, scan)} was not measured; measure it, or take its rule away",
            scan=scan,
        )


def _law_checks(policy: Policy, run: Run) -> Iterator[Check]:
    wanted = {rule.metric for rule in policy.of_kind("law")}
    if not wanted:
        return
    declared = [(one.implementation, law) for one in run.results.laws for law in one.laws if law.metric in wanted]
    if not declared and measured_cases(run.results):
        yield Check(
            name="law",
            outcome=Outcome.TOOL_FAILURE,
            sentence="the policy holds the declared laws, and no implementation of the run declares one; declare them "
            "with @declares, or take `laws` away",
        )
    checked = {(one.implementation, one.scan, one.law): one for one in check_laws(run.results)}
    for implementation, law in declared:
        for dataset in run.results.datasets:
            found = checked.get((implementation, dataset.scan, law))
            name = f"law {law.metric} {dataset.scan} {implementation}"
            if found is not None:
                yield _law_check(name, found)
            elif dataset.rows:  # without a counted region no law applies
                yield from missing_figure(name, METRICS[law.metric], (dataset.scan, implementation), run)


def _law_check(name: str, check: LawCheck) -> Check:
    metric = METRICS[check.law.metric]
    against = "as declared" if check.holds else f"declared {check.expected:,}"
    return Check(
        name=name,
        outcome=Outcome.PASS if check.holds else Outcome.REGRESSION,
        sentence=f"{named(metric, check.implementation, check.scan)}: {check.measured:,}, {against} ({check.law})",
        evidence=law_evidence(check.offenders),
        scan=check.scan,
    )


def _ceiling_check(rule: Rule, run: Run) -> Iterator[Check]:
    metric, case, limit = rule.described, rule.case, rule.bound
    scan, implementation = case
    name = f"ceiling {metric.name} {scan} {implementation}"
    summary = run.summaries.get(*case, metric.name)
    if summary is None:
        yield from missing_figure(name, metric, case, run)
        return
    if not run.may_claim(metric, case):
        return
    value, outcome, note = _against_ceiling(summary, limit)
    shown, shown_limit = figures(metric.unit, value, limit)
    over = "over" if value > limit else "within"
    yield Check(
        name=name,
        outcome=outcome,
        sentence=f"{named(metric, implementation, scan)} is {shown}, {over} its ceiling of {shown_limit}{note}",
        evidence=evidence_for(metric, case, run.results, run.baseline) if outcome is Outcome.REGRESSION else (),
        scan=scan,
        noisy=metric.kind is Kind.NOISY,
    )


def _against_ceiling(summary: Summary, limit: float) -> tuple[float, Outcome, str]:
    """Judge a summary by its kind: the largest count, the median, or the whole interval of a noisy metric."""
    kind = summary.metric.kind
    value = max(summary.samples) if kind is Kind.EXACT else summary.centre
    if value <= limit:
        return value, Outcome.PASS, ""
    if kind is not Kind.NOISY:
        return value, Outcome.REGRESSION, ""
    if len(summary.samples) < FEWEST_FOR_INTERVAL:
        note = f"; n={len(summary.samples)}, and it takes {FEWEST_FOR_INTERVAL} samples to tell"
        return value, Outcome.INCONCLUSIVE, note
    low, high = figures(summary.metric.unit, summary.low, summary.high)
    if summary.low > limit:
        return value, Outcome.REGRESSION, f" (95 % interval {low} to {high})"
    return value, Outcome.PASS, f", but not told apart from it (95 % interval {low} to {high})"


def _ratio_check(rule: Rule, run: Run) -> Iterator[Check]:
    metric, (scan, implementation) = rule.described, rule.case
    name = f"ratio {metric.name} {scan} {implementation}/{rule.base}"
    sides = []
    for side in (implementation, rule.base or ""):
        found = run.summaries.get(scan, side, metric.name)
        if found is None:
            yield from missing_figure(name, metric, (scan, side), run)
            return
        if not run.may_claim(metric, (scan, side)):
            return
        sides.append(found)
    other, base = sides
    outcome, told = _against_ratio(other, base, rule.bound, run.deviation(metric.name))
    yield Check(
        name=name,
        outcome=outcome,
        sentence=f"{named(metric, implementation, scan)} is {told} that of {rule.base}, "
        f"at most {share(rule.bound)} allowed ({', '.join(_sides(other, base))})",
        evidence=evidence_for(metric, rule.case, run.results, run.baseline) if outcome is Outcome.REGRESSION else (),
        scan=scan,
        noisy=metric.kind is Kind.NOISY,
    )


def _sides(other: Summary, base: Summary) -> tuple[str, str]:
    first, second = figures(other.metric.unit, other.centre, base.centre)
    return f"{first} against {second}", f"n={len(other.samples)} and {len(base.samples)}"


def _against_ratio(other: Summary, base: Summary, limit: float, deviation: float | None) -> tuple[Outcome, str]:
    """Judge other ÷ base by the metric's kind, and put the ratio in words."""
    if min(base.samples) <= FLOOR.get(base.metric.unit, 0.0):
        return Outcome.INCONCLUSIVE, "not to be divided by so small a figure as"
    if base.metric.kind is Kind.NOISY:
        return _against_paired_ratio(other, base, limit, deviation)
    exact = base.metric.kind is Kind.EXACT
    ratio = max(other.samples) / min(base.samples) if exact else other.centre / base.centre
    return Outcome.PASS if ratio <= limit else Outcome.REGRESSION, f"{share(ratio)} of"


def _against_paired_ratio(other: Summary, base: Summary, limit: float, deviation: float | None) -> tuple[Outcome, str]:
    """Judge by pairs: over the limit are an interval wholly above it, and an excess that chance alone would not show.

    What chance shows follows from the machine's noise floor, or else from the pairs themselves.
    """
    found = paired_ratio(base.samples, other.samples)
    if found is None:
        return Outcome.INCONCLUSIVE, "not to be paired with"
    if found.low is None or found.high is None:
        outcome = Outcome.PASS if found.estimate <= limit else Outcome.INCONCLUSIVE
        return outcome, f"{share(found.estimate)} (no interval below {FEWEST_PAIRS} pairs) of"
    told = f"{share(found.estimate)} (95 % interval {share(found.low)} to {share(found.high)}) of"
    if deviation is None:
        deviation = log_ratio_deviation(base.samples, other.samples)
    above = found.low > limit and found.estimate > limit * chance_ratio(deviation, found.pairs)
    return Outcome.REGRESSION if above else Outcome.PASS, told
