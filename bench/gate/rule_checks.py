"""The checks of the policy's rules within one run: laws, ceilings, ratios and growth."""

from __future__ import annotations

from collections.abc import Iterator

from bench.analysis.growth import FEWEST_SIZES, Line, fit_line
from bench.analysis.laws import LawCheck, check_laws
from bench.analysis.run_verdict import law_check, named
from bench.analysis.summary import FEWEST_FOR_INTERVAL, Summary
from bench.analysis.verdict import Check, Standing
from bench.gate.evidence import evidence_for, growth_evidence, law_evidence
from bench.gate.policy import Policy, Rule
from bench.gate.ratio_checks import ratio_checks
from bench.gate.run import Run, missing_figure
from bench.gate.text import figures
from bench.results.cases import measured_cases
from bench.results.metrics import METRICS, Kind, Metric


def rule_checks(policy: Policy, run: Run) -> Iterator[Check]:
    """Check laws, ceilings, ratios and growth."""
    yield from _law_checks(policy, run)
    for rule in policy.of_kind("ceiling"):
        yield from _ceiling_check(rule, run)
    yield from ratio_checks(policy, run)
    for rule in policy.of_kind("growth"):
        yield from _growth_check(rule, policy.scans, run)


def _law_checks(policy: Policy, run: Run) -> Iterator[Check]:
    wanted = {rule.metric for rule in policy.of_kind("law")}
    if not wanted:
        return
    results = run.results
    declared = [(one.implementation, law) for one in results.laws for law in one.laws if law.metric in wanted]
    for implementation in dict.fromkeys(name for _, name in measured_cases(results)):
        if implementation not in {name for name, _ in declared}:
            yield Check(
                name=f"law {implementation}",
                standing=Standing.ERROR,
                sentence=f"the policy checks declared laws, and {implementation} declares none; declare them with "
                "@declares, or set laws = false",
            )
    checked = {(one.implementation, one.scan, one.law): one for one in check_laws(results)}
    for implementation, law in declared:
        for dataset in results.datasets:
            found = checked.get((implementation, dataset.scan, law))
            if found is not None:
                yield law_check(found, _evidence(found, run))
            elif dataset.rows:  # where no rows come out no law applies
                name = f"law {law.metric} {dataset.scan} {implementation}"
                yield from missing_figure(name, METRICS[law.metric], (dataset.scan, implementation), run)


def _evidence(found: LawCheck, run: Run) -> tuple[str, ...]:
    """Return what is behind a broken law: statements, or what moved since the baseline."""
    case, metric = (found.scan, found.implementation), METRICS[found.law.metric]
    if found.holds or found.offenders:
        return law_evidence(found.offenders)
    return evidence_for(metric, case, run.results, run.baseline) if metric.kind is not Kind.EXACT else ()


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
    value, standing, note = _against_ceiling(summary, limit)
    shown, shown_limit = figures(metric.unit, value, limit)
    over = "over" if value > limit else "within"
    yield Check(
        name=name,
        standing=standing,
        sentence=f"{named(metric, implementation, scan)} is {shown}, {over} its ceiling of {shown_limit}{note}",
        evidence=evidence_for(metric, case, run.results, run.baseline) if standing is Standing.FAILED else (),
        scan=scan,
        noisy=metric.kind is Kind.NOISY,
    )


def _against_ceiling(summary: Summary, limit: float) -> tuple[float, Standing, str]:
    """Judge a summary by its kind: the largest count, the median, or the whole interval of a noisy metric."""
    kind = summary.metric.kind
    value = max(summary.samples) if kind is Kind.EXACT else summary.centre
    if value <= limit:
        return value, Standing.PASSED, ""
    if kind is not Kind.NOISY:
        return value, Standing.FAILED, ""
    if len(summary.samples) < FEWEST_FOR_INTERVAL:
        note = f"; n={len(summary.samples)}, and it takes {FEWEST_FOR_INTERVAL} samples to tell"
        return value, Standing.INCONCLUSIVE, note
    low, high = figures(summary.metric.unit, summary.low, summary.high)
    if summary.low > limit:
        return value, Standing.FAILED, f" (95 % interval {low} to {high})"
    return value, Standing.PASSED, f", but within its noise (95 % interval {low} to {high})"


def _growth_check(rule: Rule, scans: tuple[str, ...], run: Run) -> Iterator[Check]:
    """Check what a metric adds per row over all scans of the policy, whatever else differs between them.

    A slope over its bound fails, because near-exact peaks repeat and so does their fit. A slope within the bound whose
    interval reaches beyond it is inconclusive: the interval shows how far the peaks are from a line.
    """
    metric, implementation = rule.described, rule.subject
    name = f"growth {metric.name} {implementation}"
    points: dict[str, tuple[float, float]] = {}
    for scan in scans:
        case = scan, implementation
        centre = run.summaries.centre(*case, metric.name)
        rows = next((one.rows for one in run.results.datasets if one.scan == scan), None)
        if centre is None or rows is None:
            yield from missing_figure(name, metric, case, run)
            return
        if not run.may_claim(metric, case):
            return
        points[scan] = rows, centre
    if len({rows for rows, _ in points.values()}) < FEWEST_SIZES:
        yield Check(
            name=name,
            standing=Standing.INCONCLUSIVE,
            sentence=f"the growth of {metric.title} of {implementation} takes {FEWEST_SIZES} scans of different "
            f"size, the policy names {', '.join(scans)}",
        )
        return
    smallest, largest = (choose(points, key=lambda scan: points[scan][0]) for choose in (min, max))
    found = fit_line(tuple(points.values()))
    standing = _against_slope(found, rule.bound)
    yield Check(
        name=name,
        standing=standing,
        sentence=_growth_sentence(metric, rule, found, smallest, largest, len(points)),
        evidence=growth_evidence(metric, (smallest, implementation), (largest, implementation), run.results)
        if standing is Standing.FAILED
        else (),
    )


def _against_slope(found: Line, bound: float) -> Standing:
    if found.slope > bound:
        return Standing.FAILED
    return Standing.PASSED if found.high <= bound else Standing.INCONCLUSIVE


def _growth_sentence(metric: Metric, rule: Rule, found: Line, smallest: str, largest: str, sizes: int) -> str:
    standing = _against_slope(found, rule.bound)
    value, low, high, limit = figures(metric.unit, found.slope, found.low, found.high, rule.bound)
    words = {
        Standing.FAILED: "more than",
        Standing.PASSED: "with its whole interval at most",
        Standing.INCONCLUSIVE: "whose interval reaches beyond",
    }
    advice = ""
    if standing is Standing.INCONCLUSIVE:
        advice = "; more scans narrow the interval"
    return (
        f"{metric.title} of {rule.subject} grows by {value} per row over {sizes} scans from {smallest} to "
        f"{largest} (95 % interval {low} to {high}), {words[standing]} {limit}{advice}"
    )
