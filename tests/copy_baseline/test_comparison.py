"""The copy baseline is a yardstick within one run: neither comparison nor gate treats it as a case."""

from __future__ import annotations

from bench.analysis.compare import compare
from bench.gate.judge import gate
from bench.gate.policy import Policy
from bench.results.records import COPY_BASELINE
from tests.support.builders import production_results
from tests.support.copy_baseline_runs import with_copy_baseline


def test_a_run_without_the_copy_baseline_compares_with_one_that_has_it() -> None:
    for before, after in ((with_copy_baseline(), production_results()), (production_results(), with_copy_baseline())):
        found = compare(before, after)
        assert found.changes
        assert found.missing == ()
        assert COPY_BASELINE not in {one.implementation for one in found.changes}


def test_a_gate_holds_a_run_with_the_copy_baseline_against_a_baseline_without() -> None:
    plain = production_results()
    policy = Policy(scans=tuple(one.scan for one in plain.datasets), implementations=plain.implementations)
    for run, baseline in ((with_copy_baseline(), plain), (plain, with_copy_baseline())):
        verdict = gate(policy, run, baseline)
        assert verdict.checks
        assert not [check for check in verdict.checks if COPY_BASELINE in check.name]
        assert verdict.exit_code == 0, verdict.checks
