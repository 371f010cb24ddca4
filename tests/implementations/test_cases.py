"""Every hand-made case gives exactly what the rules say, and the two implementations differ where it is known."""

from __future__ import annotations

import pytest

from tests.implementations import oracle
from tests.implementations.case import Case, Raised, Written
from tests.implementations.cases import CASES, SAME_CASES
from tests.implementations.divergence_cases import DIVERGENCE_CASES
from tests.implementations.workbench import AFTER, BEFORE, IMPLEMENTATIONS, Workbench

READINGS: tuple[tuple[str, oracle.Reading], ...] = ((BEFORE, "by resources"), (AFTER, "by array"))


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def by_hand(case: Case, implementation: str) -> Written | Raised:
    return case.before if implementation == BEFORE else case.after


def test_a_run_writes_and_returns_what_the_case_says_and_touches_nothing_else(
    workbench: Workbench, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    workbench.load(case.scan, case.catalogue)
    for implementation in IMPLEMENTATIONS:
        expected = by_hand(case, implementation)
        planted = workbench.plant_old_rows()
        if isinstance(expected, Raised):
            with pytest.raises((TypeError, AttributeError)) as caught:
                workbench.run(implementation)
            assert Raised(type(caught.value).__name__, str(caught.value)) == expected, implementation
            assert workbench.contents() == planted, f"{implementation} raised and yet wrote"
            continue
        outcome = workbench.run(implementation)
        assert workbench.written(outcome["regions_processed"]) == expected, implementation
        assert outcome == {
            "requirements_created": len(expected.rows),
            "regions_processed": list(expected.regions),
            "compliance_frameworks": list(case.catalogue) if expected.regions else [],
        }, implementation
        texts = oracle.texts(case.catalogue) if expected.regions else ()
        assert workbench.texts() == texts, implementation
        assert workbench.contents().others == planted.others, f"{implementation} changed the rows of others"
    assert not caplog.records, "COPY failed, and the ORM wrote the rows instead"


def test_the_texts_worked_out_by_hand_are_the_oracles() -> None:
    with_texts = [case for case in CASES.values() if case.texts]
    assert len(with_texts) == 3
    for case in with_texts:
        assert oracle.texts(case.catalogue) == case.texts, case.promise


def test_the_oracle_agrees_with_every_hand_made_case(case: Case) -> None:
    for implementation, reading in READINGS:
        expected = by_hand(case, implementation)
        if isinstance(expected, Written):
            assert oracle.expected(case.scan, case.catalogue, reading) == expected, implementation


@pytest.mark.parametrize("name", SAME_CASES)
def test_a_case_of_the_rules_is_the_same_in_both(name: str) -> None:
    assert SAME_CASES[name].before == SAME_CASES[name].after


@pytest.mark.parametrize("name", DIVERGENCE_CASES)
def test_a_known_divergence_is_one(name: str) -> None:
    assert DIVERGENCE_CASES[name].before != DIVERGENCE_CASES[name].after
