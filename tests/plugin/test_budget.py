"""A test with a budget fails above it, and says what it measured, what was allowed, and where it comes from."""

from __future__ import annotations

import re

import pytest

from tests.support.budget_tests import DJANGO_CONFTEST, HEAP_TESTS, STATEMENT_TESTS, failure, run

pytestmark = pytest.mark.server

pytest_plugins = "pytester"


def test_a_budget_of_heap_is_held_over_the_call_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_heap=HEAP_TESTS)
    finished = run(pytester, "--junitxml=junit.xml")
    finished.assert_outcomes(passed=3, failed=5)
    text = finished.stdout.str()
    for name in ("test_small", "test_large_before_the_call", "test_without_a_budget"):
        assert f"PASSED test_heap.py::{name}\n" in text
    measured, title, site = failure(finished, "test_large").splitlines()
    assert measured == "Peak heap: measured 30.0 MB, budget 10.0 MB (bench_budget, peak_heap)"
    assert title == "Largest allocation sites at the peak:"
    assert re.fullmatch(r"  30\.0 MB in 3\d allocations: test_heap\.py:10 in \S+", site)
    assert "the test's own failure" in failure(finished, "test_wrong")
    for name in ("test_watched", "test_watching"):
        (line,) = failure(finished, name).splitlines()
        assert line.startswith("the budget of peak_heap was not measured: another memray tracker is active")
    (line,) = failure(finished, "test_statements_without_django").splitlines()
    assert line.startswith("the budget of statements was not measured: Django is not set up in this process")
    junit = (pytester.path / "junit.xml").read_text()
    assert junit.count('<property name="peak_heap_bytes"') == 3


def test_a_budget_of_statements_is_held_as_django_logs_them_with_the_lines_that_issue_them(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(DJANGO_CONFTEST)
    pytester.makepyfile(test_statements=STATEMENT_TESTS)
    finished = run(pytester)
    text = finished.stdout.str()
    finished.assert_outcomes(passed=5, failed=5)
    assert "PASSED test_statements.py::test_few\n" in text
    many = failure(finished, "test_one_a_region")
    assert "Statements (Django): measured 14, budget 3 (bench_budget, statements)" in many
    assert "Most frequent statements:\n  12 × SELECT ? (test_statements.py:8)\n" in many
    assert "  1 × BEGIN (" in many
    ended = re.findall(r"^(PASSED|FAILED) test_statements\.py::test_both\[(\S+)\]", text, flags=re.MULTILINE)
    # Which of the two parameters comes first in a name is pytest's to decide.
    assert {("-".join(sorted(name.split("-"))), outcome) for outcome, name in ended} == {
        ("1-peak_heap", "PASSED"),
        ("1-statements", "PASSED"),
        ("30-peak_heap", "FAILED"),
        ("30-statements", "PASSED"),
    }
    assert "FAILED test_statements.py::TestOfAClass::test_inherits - " in text
    assert "PASSED test_statements.py::TestOfAClass::test_goes_before_the_class\n" in text
    assert "measured 2, budget 1" in failure(finished, "TestOfUnittest.test_too_many")
    assert "the test's own failure" in failure(finished, "TestOfUnittest.test_wrong")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("statments=18", "unknown key 'statments'; known are peak_heap, statements"),
        ("wall='2 s'", "unknown key 'wall'; known are peak_heap, statements"),
        ("", "takes keywords only, and one at least; known are peak_heap, statements"),
        ("'50 MB'", "takes keywords only, and one at least; known are peak_heap, statements"),
        ("peak_heap='50 MO'", "peak_heap is '50 MO'; write "),
        ("statements='18 MB'", "statements is '18 MB'; write a number such as 18"),
    ],
)
def test_a_marker_that_cannot_be_read_is_an_error_in_one_line_before_any_test_runs(
    pytester: pytest.Pytester, arguments: str, message: str
) -> None:
    pytester.makepyfile(
        test_bad=f"""
        import pytest

        def test_first():
            pass

        @pytest.mark.bench_budget({arguments})
        def test_bad():
            pass
        """
    )
    finished = run(pytester)
    assert finished.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [one for one in finished.stderr.lines if one.strip()]
    assert line.startswith("ERROR: bench_budget of test_bad.py::test_bad")
    assert message in line
    assert "passed" not in finished.stdout.str()


@pytest.mark.parametrize(
    ("budget", "shown"),
    [("1 KB", "1.00 kB"), ("1 KiB", "1.02 kB"), ("49.9 kB", "49.9 kB"), ("0.05 MB", "50.0 kB")],
)
def test_a_budget_may_be_of_any_size_and_unit(pytester: pytest.Pytester, budget: str, shown: str) -> None:
    pytester.makepyfile(
        test_small=f"""
        import pytest

        @pytest.mark.bench_budget(peak_heap="{budget}")
        def test_small():
            held = bytes(50_000)

        def test_other():
            pass
        """
    )
    finished = run(pytester)
    finished.assert_outcomes(passed=1, failed=1)
    headline = failure(finished, "test_small").splitlines()[0]
    assert re.fullmatch(rf"Peak heap: measured 5\d\.\d+ kB, budget {shown} \(bench_budget, peak_heap\)", headline)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_marker_that_cannot_be_read_is_the_same_error_under_xdist(pytester: pytest.Pytester, workers: str) -> None:
    pytester.makepyfile(
        test_bad="""
        import pytest

        def test_first():
            pass

        @pytest.mark.bench_budget(statments=18)
        def test_bad():
            pass
        """
    )
    finished = run(pytester, "-p", "xdist", "-n", workers)
    assert finished.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [one for one in finished.stderr.lines if one.strip()]
    assert line == (
        "ERROR: bench_budget of test_bad.py::test_bad: unknown key 'statments'; known are peak_heap, statements"
    )
    assert "passed" not in finished.stdout.str()


def test_budgets_are_held_under_xdist(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_heap=HEAP_TESTS)
    run(pytester, "-p", "xdist", "-n", "2").assert_outcomes(passed=3, failed=5)
