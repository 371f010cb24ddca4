"""``gate``: applies a policy to a run and its baseline."""

from __future__ import annotations

from collections.abc import Iterator

from bench.analysis.summary import summaries_of
from bench.analysis.verdict import judge
from bench.gate.baseline_checks import baseline_checks
from bench.gate.growth_checks import growth_checks
from bench.gate.policy import Policy
from bench.gate.rule_checks import Run, rule_checks
from bench.gate.run_checks import run_checks
from bench.gate.verdict import Check, GateVerdict, Outcome
from bench.results.records import Results


def gate(policy: Policy, results: Results, baseline: Results | None) -> GateVerdict:
    """Judge ``results`` by ``policy``, and against ``baseline`` where there is one.

    A regression of a noisy check is a suspicion until a second batch shows it, too: see ``bench.gate.repetition``.
    Raises InputError for a metric that this version does not know.
    """
    summaries = summaries_of(results)
    run = Run(results=results, summaries=summaries, verdict=judge(results, summaries), baseline=baseline)
    return GateVerdict.of(_checks(policy, run))


def _checks(policy: Policy, run: Run) -> Iterator[Check]:
    yield from run_checks(policy, run.results)
    if not run.claims:
        yield Check(
            name="claims",
            outcome=Outcome.NOT_COMPARABLE,
            sentence="no memory, time or other cost was judged, because the rows differ",
        )
    yield from rule_checks(policy, run)
    yield from growth_checks(policy, run)
    yield from baseline_checks(policy, run)
