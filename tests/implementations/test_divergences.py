"""A known divergence is exact to the row and to the message, so it excuses nothing else."""

from __future__ import annotations

import pytest

from bench.compliance import oracle
from bench.compliance.cases.all_cases import CASES
from bench.compliance.written import ByHand
from bench.declare.divergence import divergences_of
from tests.support.divergences import DONE, Raised
from tests.support.pair import BEFORE, IMPLEMENTATIONS
from tests.support.workbench import Workbench, load

pytestmark = pytest.mark.server


@pytest.mark.parametrize(("implementation", "name"), DONE)
def test_a_run_diverges_exactly_as_declared(workbench: Workbench, implementation: str, name: str) -> None:
    done, case = DONE[implementation, name], CASES[name]
    workbench.load(case.scan, case.catalogue)
    planted = workbench.plant_old_rows()
    if isinstance(done, Raised):
        with pytest.raises((TypeError, AttributeError)) as caught:
            workbench.run(implementation)
        assert Raised(type(caught.value).__name__, str(caught.value)) == done
        assert workbench.contents() == planted, "it raised and yet wrote"
        return
    outcome = workbench.run(implementation)
    assert workbench.written(outcome["regions_processed"]) == done
    assert outcome["requirements_created"] == len(done.counts)
    assert workbench.contents().others == planted.others


@pytest.mark.parametrize("name", [name for implementation, name in DONE if implementation == BEFORE])
def test_materialising_follows_the_oracle_that_reads_resources(name: str) -> None:
    done, case = DONE[BEFORE, name], CASES[name]
    if isinstance(done, ByHand) and name not in ("threatscore-text", "threatscore-object"):
        found = oracle.expected(case.scan, case.catalogue, "by resources")
        assert (found.counts, found.summaries, found.regions) == (done.counts, done.summaries, done.regions)


@pytest.mark.usefixtures("workbench")
@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_each_declared_divergence_is_exact_to_the_row_except_those_of_nul(implementation: str) -> None:
    """The conformance suite and the tests of the fallback cover NUL."""
    declared = {divergence.case for divergence in divergences_of(load(implementation))}
    known = {
        name
        for (one, name), done in DONE.items()
        if one == implementation and (isinstance(done, Raised) or CASES[name].by_hand != done)
    }
    assert {name for name in declared if not name.startswith("nul-")} == known
