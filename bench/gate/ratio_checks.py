"""The checks of ratios within one run: counts, peaks, and times pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.analysis.pairs import FEWEST_PAIRS, chance_ratio, log_ratio_deviation, paired_ratio
from bench.analysis.ratio import FLOOR
from bench.analysis.run_verdict import named, timed
from bench.analysis.sequence import FEWEST_IN_SEQUENCE, ratio_of_pairs
from bench.analysis.stopping import Band, Question, answers
from bench.analysis.summary import Summary
from bench.analysis.verdict import Check, Standing
from bench.gate.evidence import evidence_for
from bench.gate.policy import Policy, Rule
from bench.gate.run import Run, missing_figure
from bench.gate.text import figures, share
from bench.results.metrics import Kind
from bench.results.stops import StopReason


def ratio_checks(policy: Policy, run: Run) -> Iterator[Check]:
    """Check every ratio of ``policy``; those of times whose pairs decided their own number are decided together."""
    decided = answers({one: run.sequence(one) for one in timed_questions(policy)})
    for rule in policy.of_kind("ratio"):
        yield from _ratio_check(rule, run, decided)


def timed_questions(policy: Policy) -> tuple[Question, ...]:
    """Return what the ratios of times in ``policy`` ask of pairs."""
    return tuple(map(_question, (one for one in policy.of_kind("ratio") if timed(one.described))))


def _question(rule: Rule) -> Question:
    scan, implementation = rule.case
    band = Band.up_to(rule.bound)
    return Question(scan=scan, base=rule.base or "", other=implementation, band=band, metric=rule.metric)


def _ratio_check(rule: Rule, run: Run, decided: Mapping[Question, StopReason]) -> Iterator[Check]:
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
    if metric.kind is Kind.NOISY and (other.sequential or base.sequential):
        standing, words = _against_sequence(other, base, rule.bound, decided.get(_question(rule)))
    else:
        standing, words = _against_ratio(other, base, rule.bound, run.deviation(metric.name, scan))
    yield Check(
        name=name,
        standing=standing,
        sentence=f"{named(metric, implementation, scan)} is {words} that of {rule.base}, "
        f"at most {share(rule.bound)} allowed ({', '.join(_sides(other, base))})",
        evidence=evidence_for(metric, rule.case, run.results, run.baseline) if standing is Standing.FAILED else (),
        scan=scan,
        noisy=metric.kind is Kind.NOISY,
    )


def _sides(other: Summary, base: Summary) -> tuple[str, str]:
    first, second = figures(other.metric.unit, other.centre, base.centre)
    return f"{first} against {second}", f"n={len(other.samples)} and {len(base.samples)}"


def _against_ratio(other: Summary, base: Summary, limit: float, deviation: float | None) -> tuple[Standing, str]:
    """Judge other ÷ base by the metric's kind, and put the ratio in words."""
    if min(base.samples) <= FLOOR.get(base.metric.unit, 0.0):
        return Standing.INCONCLUSIVE, "not to be divided by so small a figure as"
    if base.metric.kind is Kind.NOISY:
        return _against_paired_ratio(other, base, limit, deviation)
    exact = base.metric.kind is Kind.EXACT
    ratio = max(other.samples) / min(base.samples) if exact else other.centre / base.centre
    return Standing.PASSED if ratio <= limit else Standing.FAILED, f"{share(ratio)} of"


def _against_paired_ratio(other: Summary, base: Summary, limit: float, deviation: float | None) -> tuple[Standing, str]:
    """Judge by pairs: over the limit are an interval wholly above it, and an excess that chance alone would not show.

    What chance shows follows from the machine's noise floor, or else from the pairs themselves.
    """
    found = paired_ratio(base.samples, other.samples)
    if found is None:
        return Standing.INCONCLUSIVE, "not to be paired with"
    if found.low is None or found.high is None:
        standing = Standing.PASSED if found.estimate <= limit else Standing.INCONCLUSIVE
        return standing, f"{share(found.estimate)} (no interval below {FEWEST_PAIRS} pairs) of"
    words = f"{share(found.estimate)} (95 % interval {share(found.low)} to {share(found.high)}) of"
    if deviation is None:
        deviation = log_ratio_deviation(base.samples, other.samples)
    above = found.low > limit and found.estimate > limit * chance_ratio(deviation, found.pairs)
    return Standing.FAILED if above else Standing.PASSED, words


def _against_sequence(other: Summary, base: Summary, limit: float, answer: StopReason | None) -> tuple[Standing, str]:
    """Judge pairs whose number followed from themselves: by what is decided among all ratios of times in the policy."""
    found = ratio_of_pairs(base, other)
    if found is None:
        return Standing.INCONCLUSIVE, "not to be paired with"
    if found.low is None or found.high is None:
        standing = Standing.PASSED if found.estimate <= limit else Standing.INCONCLUSIVE
        return standing, f"{share(found.estimate)} (no interval below {FEWEST_IN_SEQUENCE} pairs) of"
    words = f"{share(found.estimate)} (95 % interval {share(found.low)} to {share(found.high)}"
    if answer is None:
        return Standing.PASSED, f"{words}, which does not decide) of"
    return Standing.FAILED if answer is StopReason.ABOVE else Standing.PASSED, f"{words}) of"
