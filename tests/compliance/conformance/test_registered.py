"""Every registered implementation follows the rules in every case, or declares where it does not and why."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from bench.compliance.cases.all_cases import CASES
from bench.compliance.conformance.record import Status
from bench.compliance.conformance.run import ConformancePlan, run_suite
from bench.compliance.conformance.suite import Suite
from bench.compliance.job import JOB, registered
from tests.support.notes import Notes

pytestmark = [pytest.mark.slow, pytest.mark.server]


def test_the_pair_of_the_pull_request_conforms(suite: Suite) -> None:
    plan = ConformancePlan(cases=CASES, implementations=JOB.compared, command="bench prove conform")
    found = run_suite(plan, lambda: nullcontext(suite), Notes())
    assert [f"{one.implementation} {one.case}: {one.difference}" for one in found.having(Status.WRONG)] == []
    assert len(found.verdicts) == len(CASES) * len(JOB.compared)


@pytest.mark.nightly
def test_every_registered_implementation_conforms(suite: Suite) -> None:
    plan = ConformancePlan(cases=CASES, implementations=(), command="bench prove conform")
    found = run_suite(plan, lambda: nullcontext(suite), Notes())
    assert [f"{one.implementation} {one.case}: {one.difference}" for one in found.having(Status.WRONG)] == []
    assert (found.names, found.warnings) == (tuple(registered()), ())
    assert [case.name for case in found.cases] == list(CASES)
    assert len(found.verdicts) == len(CASES) * len(registered())
    assert found.having(Status.KNOWN, "materializing")
    assert found.having(Status.KNOWN, "streaming")
    assert all(one.source for one in found.implementations)
