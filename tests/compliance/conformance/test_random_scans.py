"""On random scans every registered implementation equals the oracle, except for declared divergences."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from bench.compliance import oracle
from bench.compliance.cases.case import Case, Earlier, Json, case
from bench.compliance.conformance.suite import Contestant, Suite
from bench.compliance.job import registered
from tests.support.conformance_runs import Enter
from tests.support.strategies import catalogues, findings

pytestmark = [pytest.mark.slow, pytest.mark.server]

ARRAYS = ("array-null", "array-without-resource", "array-entry-twice", "two-resources-in-a-region")
COMPLIANCE = ("compliance-list", "compliance-number", "threatscore-null", "threatscore-text", "threatscore-nested")
TIMES = ("rerun-one-changed",)
KEPT_TIMES = "2 values of inserted_at in the rows of one run"
"""The cases whose divergence is one of every such scan."""


def examples(number: int) -> settings:
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        # Shrinking a failure would take minutes, and the examples are small enough to read.
        phases=[Phase.generate],
        # The suite empties its database for each example; loading takes most of the time.
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def contestants(enter: Enter, without: Iterable[str] = ()) -> list[Contestant]:
    """The registered implementations that declare no divergence in the cases ``without``."""
    entered = [enter(name) for name in registered()]
    return [one for one in entered if not any(map(one.divergence, without))]


def differences(suite: Suite, made: Case, compared: list[Contestant]) -> dict[str, str]:
    """The differences from the oracle, by implementation."""
    assert compared, "no implementation is compared"
    suite.load(made)
    seen = {one.name: suite.observe(one).difference for one in compared}
    return {name: difference for name, difference in seen.items() if difference}


@examples(15)
@given(findings=findings(), catalogue=catalogues())
def test_all_equal_the_oracle_on_scans_without_a_divergence(
    suite: Suite, enter: Enter, findings: tuple[Json, ...], catalogue: Json
) -> None:
    made = case("random", findings, catalogue)
    assert oracle.expected(made.scan, catalogue) == oracle.expected(made.scan, catalogue, "by resources")
    assert differences(suite, made, contestants(enter)) == {}


@examples(12)
@given(findings=findings(arrays=True), catalogue=catalogues())
def test_those_that_read_the_array_equal_the_oracle_where_it_differs_from_resources(
    suite: Suite, enter: Enter, findings: tuple[Json, ...], catalogue: Json
) -> None:
    made = case("random", findings, catalogue)
    assume(oracle.expected(made.scan, catalogue) != oracle.expected(made.scan, catalogue, "by resources"))
    assert differences(suite, made, contestants(enter, without=ARRAYS)) == {}


@examples(12)
@given(findings=findings(odd=True), catalogue=catalogues())
def test_implementations_without_a_declared_divergence_in_compliance_accept_any_json(
    suite: Suite, enter: Enter, findings: tuple[Json, ...], catalogue: Json
) -> None:
    assert differences(suite, case("random", findings, catalogue), contestants(enter, without=COMPLIANCE)) == {}


@examples(12)
@given(
    first=findings(),
    second=findings(),
    kept=st.integers(0, 20),
    catalogue=catalogues(),
    earlier_catalogue=catalogues(),
    new_catalogue=st.booleans(),
)
def test_a_run_over_an_earlier_runs_rows_leaves_what_the_oracle_says(
    suite: Suite,
    enter: Enter,
    first: tuple[Json, ...],
    second: tuple[Json, ...],
    kept: int,
    catalogue: Json,
    earlier_catalogue: Json,
    new_catalogue: bool,
) -> None:
    """The later scan keeps some of the earlier findings; an implementation may keep the time of unchanged rows."""
    made = case(
        "random",
        (*first[:kept], *second),
        catalogue,
        earlier=Earlier(findings=first, catalogue=earlier_catalogue if new_catalogue else catalogue),
    )
    found = differences(suite, made, contestants(enter))
    keeping = {one.name for one in contestants(enter) if any(map(one.divergence, TIMES))}
    assert {
        name: difference for name, difference in found.items() if not (name in keeping and difference == KEPT_TIMES)
    } == {}
