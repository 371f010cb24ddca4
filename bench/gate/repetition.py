"""Repetition: a noisy metric fails only if it fails in a second batch as well."""

from __future__ import annotations

from dataclasses import replace

from bench.gate.policy import Policy
from bench.gate.verdict import Check, GateVerdict, Outcome
from bench.results.records import Results


def needs_repetition(verdict: GateVerdict) -> bool:
    """Whether a noisy check failed, and a second batch has to show it as well."""
    return any(map(_suspect, verdict.checks))


def suspects(verdict: GateVerdict) -> tuple[str, ...]:
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


def confirm(first: GateVerdict, second: GateVerdict) -> GateVerdict:
    """Return the verdict of two batches.

    A noisy check that failed in the first stands where it fails in the second as well, passes where it passes there,
    and is inconclusive where the second does not tell. What else is broken in the second batch, rows or a crash, counts
    as well; that it measured time alone does not.
    """
    again = {one.name: one for one in second.checks}
    checks = [_confirmed(one, again.get(one.name)) if _suspect(one) else one for one in first.checks]
    known = {one.name for one in checks if one.outcome is Outcome.REGRESSION}
    broken = (one for one in second.checks if one.outcome is Outcome.REGRESSION and not one.noisy)
    return GateVerdict.of((*checks, *(one for one in broken if one.name not in known)))


def unconfirmed(verdict: GateVerdict) -> GateVerdict:
    """Return ``verdict`` where no second batch can be had: a noisy check that failed is inconclusive."""
    return GateVerdict.of(_confirmed(one, None) if _suspect(one) else one for one in verdict.checks)


def _suspect(check: Check) -> bool:
    return check.noisy and check.outcome is Outcome.REGRESSION


def _confirmed(first: Check, second: Check | None) -> Check:
    if second is None:
        told = "not repeated; it counts once a second batch shows it, too"
        return replace(first, outcome=Outcome.INCONCLUSIVE, sentence=f"{first.sentence}; {told}")
    if second.outcome is Outcome.REGRESSION:
        return replace(first, sentence=f"{first.sentence}; again in a second batch: {second.sentence}")
    decided = second.outcome in (Outcome.PASS, Outcome.IMPROVEMENT)
    return replace(
        first,
        outcome=Outcome.PASS if decided else Outcome.INCONCLUSIVE,
        sentence=f"{first.sentence}; not so in a second batch: {second.sentence}",
        evidence=(),
    )
