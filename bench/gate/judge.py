"""``gate``: applies a policy to a run and its baseline; a noisy failure counts only if a second batch repeats it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bench.analysis.rows import case_rows
from bench.analysis.run_verdict import judge, named, run_checks, timed
from bench.analysis.summary import summaries_of
from bench.analysis.verdict import Check, Standing, Verdict
from bench.gate.baseline_checks import baseline_checks
from bench.gate.policy import Policy
from bench.gate.rule_checks import rule_checks
from bench.gate.run import Run
from bench.results.cases import failed_cases
from bench.results.metrics import METRICS
from bench.results.records import Results
from bench.words import counted, plain


def gate(policy: Policy, results: Results, baseline: Results | None) -> Verdict:
    """Judge ``results`` by ``policy``, and against ``baseline`` where there is one.

    A noisy check that fails is a suspicion until a second batch repeats it: see ``confirm`` and ``unconfirmed``. Raises
    InputError for a metric that this version does not know.
    """
    summaries = summaries_of(results)
    run = Run(results=results, summaries=summaries, verdict=judge(results, summaries), baseline=baseline)
    return Verdict.of(_checks(policy, run))


def _checks(policy: Policy, run: Run) -> Iterator[Check]:
    asked = tuple((scan, name) for scan in policy.scans for name in policy.implementations)
    if not asked:
        yield Check(
            name="policy",
            standing=Standing.ERROR,
            sentence=f"{policy.place} names no scan or no implementation, so it asks for nothing; name some there",
        )
    yield from run_checks(run.results, case_rows(run.results), asked)
    yield from _fact_checks(policy, run)
    yield from _sample_checks(policy, run)
    if not run.claims:
        yield Check(
            name="claims",
            standing=Standing.NOT_COMPARABLE,
            sentence="no memory, time or other cost was judged, because the rows differ",
        )
    yield from rule_checks(policy, run)
    yield from baseline_checks(policy, run)


def _fact_checks(policy: Policy, run: Run) -> Iterator[Check]:
    """Find data of which other facts hold than the policy asks for: such as smaller ones, which pass every ceiling."""
    for dataset in run.results.datasets:
        for name, wanted in policy.facts.items():
            found = dataset.facts.get(name, wanted)
            if dataset.scan in policy.scans and found != wanted:
                yield Check(
                    name=f"{name} {dataset.scan}",
                    standing=Standing.ERROR,
                    sentence=f"{dataset.scan} has {name} {plain(str(found))}, and the policy is for {wanted}; "
                    f"measure {wanted}, or set {name} in {policy.place}",
                    scan=dataset.scan,
                )


def _sample_checks(policy: Policy, run: Run) -> Iterator[Check]:
    """Find cases with fewer time samples than the policy asks for; the run's own plan is checked with the run."""
    planned, wanted = run.results.planned_samples, policy.samples or 0
    for metric in filter(timed, METRICS.values()):
        for scan in policy.scans:
            for name in policy.implementations:
                found = run.summaries.get(scan, name, metric.name)
                own = len(found.samples) if found else 0
                if own >= wanted or (scan, name) in failed_cases(run.results) or run.unmeasured((scan, name)):
                    continue
                if planned is None or planned < wanted:
                    yield Check(
                        name=f"samples of the policy {metric.name} {scan} {name}",
                        standing=Standing.INCONCLUSIVE,
                        sentence=f"{named(metric, name, scan)} has {own} of the {counted(wanted, 'sample')} "
                        "that the policy asks for; measure again",
                        scan=scan,
                    )


def needs_repetition(verdict: Verdict) -> bool:
    """Whether a noisy check failed, so that a second batch has to repeat it."""
    return any(map(_suspect, verdict.checks))


def suspects(verdict: Verdict) -> tuple[str, ...]:
    """Return the scans that a second batch has to measure: those on which a noisy check failed."""
    return tuple(dict.fromkeys(one.scan for one in verdict.checks if _suspect(one) and one.scan is not None))


def narrowed(policy: Policy, scans: tuple[str, ...]) -> Policy:
    """Return the part of ``policy`` that a second batch of ``scans`` can be judged by."""
    rules = (one for one in policy.rules if one.kind == "baseline" or one.scan in scans)
    return replace(policy, scans=scans, rules=tuple(rules))


def narrowed_results(results: Results, scans: tuple[str, ...]) -> Results:
    """Return what ``results`` hold of ``scans``."""
    return replace(
        results,
        datasets=tuple(one for one in results.datasets if one.scan in scans),
        measurements=tuple(one for one in results.measurements if one.scan in scans),
        digests=tuple(one for one in results.digests if one.scan in scans),
        failures=tuple(one for one in results.failures if one.scan in scans),
    )


def confirm(first: Verdict, second: Verdict) -> Verdict:
    """Return the verdict of two batches.

    A noisy check that failed in the first batch fails if it fails in the second as well, passes if it passes there, and
    is inconclusive if the second cannot decide. Other failures of the second batch, rows or a crash, count as well, and
    so does a second batch that is unfinished; that it measured time alone does not.
    """
    again = {one.name: one for one in second.checks}
    checks = [_confirmed(one, again.get(one.name)) if _suspect(one) else one for one in first.checks]
    known = {one.name for one in checks if one.standing is Standing.FAILED}
    broken = (one for one in second.checks if one.standing in (Standing.FAILED, Standing.UNFINISHED) and not one.noisy)
    return Verdict.of((*checks, *(one for one in broken if one.name not in known)))


def unconfirmed(verdict: Verdict) -> Verdict:
    """Return ``verdict`` where no second batch can be measured: a noisy check that failed is inconclusive."""
    return Verdict.of(_confirmed(one, None) if _suspect(one) else one for one in verdict.checks)


def _suspect(check: Check) -> bool:
    return check.noisy and check.standing is Standing.FAILED


def _confirmed(first: Check, second: Check | None) -> Check:
    if second is None:
        words = "not repeated; it counts only if a second batch repeats it"
        return replace(first, standing=Standing.INCONCLUSIVE, sentence=f"{first.sentence}; {words}")
    if second.standing is Standing.FAILED:
        return replace(first, sentence=f"{first.sentence}; again in a second batch: {second.sentence}")
    return replace(
        first,
        standing=Standing.PASSED if second.standing.good else Standing.INCONCLUSIVE,
        sentence=f"{first.sentence}; not so in a second batch: {second.sentence}",
        evidence=(),
    )
