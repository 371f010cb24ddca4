"""Each planted fault is wrong in the case that covers it and nowhere else; a dead worker costs one case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.compliance.cases.all_cases import CASES
from bench.compliance.conformance.record import CaseVerdict, Status
from bench.compliance.conformance.serving_worker import ServingWorker
from bench.compliance.conformance.suite import GONE, Suite
from bench.errors import InputError
from tests.support.conformance_runs import Enter

pytestmark = [pytest.mark.slow, pytest.mark.server]

HERE = "tests.support.implementations.conformance_planted"


@pytest.fixture(scope="module")
def worker(suite: Suite) -> Iterator[ServingWorker]:
    """One worker for all planted implementations, replaced when one ends it."""
    with suite.serving_worker() as worker:
        yield worker


def verdict(suite: Suite, worker: ServingWorker, case: str, fault: str) -> CaseVerdict:
    suite.load(CASES[case])
    return suite.judge(suite.contestant(f"{HERE}:{fault}", worker), case)


@pytest.mark.parametrize(
    ("fault", "case", "difference"),
    [
        ("drops_a_row", "rows-10002", "1 of 10,002 rows missing: 'bulk' '4999' 'r1'; returned requirements_created"),
        (
            "counts_one_too_many",
            "threatscore-listed-twice",
            "1 row differs: 'ts' '1.1' 'eu' has total_findings 5 instead of 4",
        ),
        (
            "unseen_is_manual",
            "unmapped-check",
            "2 rows differ: 'cis' '1' 'us' has requirement_status 'MANUAL' instead of 'PASS' and 'cis' '2' 'us' has ",
        ),
        ("composes_texts", "text-scripts", "differ"),
        ("strips_texts", "text-tabs-and-blanks", "has version '' instead of ' '"),
        ("times_each_row", "one-failure", "6 values of inserted_at in the rows of one run"),
        ("repeats_an_old_time", "one-failure", "inserted_at 2001-01-01 of the rows is not of this run"),
        (
            "forgets_old_rows",
            "empty-region",
            "2 rows too many: 'cis' '1' 'eu' and 'cis' '1' 'old'; 2 values of inserted_at",
        ),
        ("forgets_the_summaries", "statuses", "1 of 1 summary missing: 'all'; 1 summary too many: 'cis'"),
        (
            "sorts_regions",
            "region-order",
            "returned regions in the order ['ap', 'eu', 'us', 'zu'] instead of ['us', 'ap', 'zu', 'eu']",
        ),
        ("returns_too_few", "one-failure", "returned requirements_created 5 instead of 6; returned frameworks []"),
        ("returns_nothing", "one-failure", "the implementation returned no bench.compliance.contract.Outcome"),
        ("ignores_a_missing_scan", "missing-scan", "was not refused; nothing changed"),
        ("complains_of_a_missing_scan", "missing-scan", "LookupError: no scan, instead of DoesNotExist"),
        ("writes_across_tenants", "one-failure", "rows or summaries of another tenant or scan changed"),
        ("declares_too_much", "one-failure", GONE),
    ],
)
def test_a_planted_fault_is_wrong_with_a_one_line_difference(
    suite: Suite, worker: ServingWorker, fault: str, case: str, difference: str
) -> None:
    found = verdict(suite, worker, case, fault)
    assert found.status is Status.WRONG
    assert difference in found.difference
    assert "\n" not in found.difference


@pytest.mark.parametrize(
    ("fault", "case"),
    [
        ("drops_a_row", "rows-10000"),
        ("counts_one_too_many", "one-failure"),
        ("unseen_is_manual", "one-failure"),
        ("composes_texts", "text-sql"),
        ("strips_texts", "text-sql"),
        ("sorts_regions", "multi-region"),
        ("ignores_a_missing_scan", "one-failure"),
        ("times_each_row", "only-no-requirements"),
        ("writes_across_tenants", "missing-scan"),
    ],
)
def test_a_case_that_a_fault_does_not_affect_is_equal(
    suite: Suite, worker: ServingWorker, fault: str, case: str
) -> None:
    found = verdict(suite, worker, case, fault)
    assert (found.status, found.difference) == (Status.EQUAL, "")


def test_a_declared_difference_is_known_with_its_reason_and_an_undeclared_one_beside_it_is_wrong(
    suite: Suite, worker: ServingWorker
) -> None:
    found = verdict(suite, worker, "unmapped-check", "admits_unseen_is_manual")
    assert (found.status, found.reason) == (Status.KNOWN, "an unseen check counts as none")
    assert "requirement_status 'MANUAL' instead of 'PASS'" in found.difference
    assert verdict(suite, worker, "statuses", "admits_unseen_is_manual").status is Status.WRONG


def test_a_difference_other_than_the_declared_one_is_wrong(suite: Suite, worker: ServingWorker) -> None:
    found = verdict(suite, worker, "one-failure", "declares_another_difference")
    assert found.status is Status.WRONG
    assert found.difference.startswith("differs, but not as declared: returned requirements_created 5 instead of 6")


def test_declaring_an_unknown_case_is_an_input_error(suite: Suite, worker: ServingWorker) -> None:
    with pytest.raises(InputError, match=r"declares_no_case.*no case 'one-failyure'; did you mean one-failure"):
        suite.contestant(f"{HERE}:declares_no_case", worker)


@pytest.mark.parametrize(
    ("fault", "difference"),
    [
        ("kills_itself", "the worker was killed by SIGKILL (out of memory?); nothing changed"),
        ("exits", "the worker ended with exit code 0 and no answer; nothing changed"),
    ],
)
def test_a_worker_that_ends_costs_its_case_even_if_declared_and_the_next_case_goes_on(
    suite: Suite, worker: ServingWorker, fault: str, difference: str
) -> None:
    found = verdict(suite, worker, "region-order", fault)
    assert (found.status, found.difference) == (Status.WRONG, difference)
    assert verdict(suite, worker, "one-failure", fault).status is Status.EQUAL


def test_a_call_that_hangs_costs_its_case_and_names_the_option(
    suite: Suite, worker: ServingWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging = suite.contestant(f"{HERE}:hangs", worker)
    suite.load(CASES["region-order"])
    with monkeypatch.context() as patched:
        patched.setattr(suite, "call_seconds", 1.0)
        found = suite.judge(hanging, "region-order")
    assert found.status is Status.WRONG
    assert found.difference.startswith("the worker gave no answer within 1 s; raise --timeout")
    assert suite.judge(suite.contestant(f"{HERE}:sorts_regions", worker), "region-order").status is Status.WRONG


def test_a_lock_that_an_implementation_leaves_behind_does_not_stop_the_next(
    suite: Suite, worker: ServingWorker
) -> None:
    leaving = suite.contestant(f"{HERE}:leaves_a_lock", worker)
    for case in ("one-failure", "multi-region"):
        suite.load(CASES[case])
        assert [suite.judge(leaving, case).status for _ in range(2)] == [Status.EQUAL] * 2


def test_an_implementation_that_follows_the_rules_is_equal(suite: Suite, enter: Enter) -> None:
    """The control for the planted faults."""
    for case in ("one-failure", "region-order", "unmapped-check", "missing-scan", "rows-10000"):
        suite.load(CASES[case])
        found = suite.judge(enter("streaming"), case)
        assert (found.status, found.difference) == (Status.EQUAL, "")
