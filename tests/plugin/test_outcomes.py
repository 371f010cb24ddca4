"""Budgets beside unittest, skips, expected failures and other plugins: the outcome stays, or the figure is refused."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.support.budget_tests import DJANGO_CONFTEST, HEAP_TESTS, STATEMENT_TESTS, failure, run
from tests.support.command import ROOT
from tests.support.loaded_modules import loaded

pytestmark = pytest.mark.server

pytest_plugins = "pytester"


UNITTEST = """
    import unittest
    import pytest

    class TestBoth(unittest.TestCase):
        def setUp(self):
            self.held = bytes(20_000_000)
            self.runs = getattr(self, "runs", 0) + 1

        def tearDown(self):
            self.held = bytes(20_000_000)

        @pytest.mark.bench_budget(statements=1, peak_heap="10 MB")
        def test_few(self):
            ask(1)
            assert self.runs == 1, "the second run has another instance"

        @pytest.mark.bench_budget(statements=1, peak_heap="10 MB")
        def test_statements(self):
            ask(1), ask(2)

        @pytest.mark.bench_budget(peak_heap="10 MB", statements=1)
        def test_statements_second(self):
            ask(1), ask(2)

        @pytest.mark.bench_budget(statements=1, peak_heap="10 MB")
        def test_heap(self):
            held = bytes(30_000_000)

        @pytest.mark.bench_budget(statements=0, peak_heap="10 MB")
        def test_skipped(self):
            ask(1)
            self.skipTest("later")

        @pytest.mark.bench_budget(statements=0, peak_heap="10 MB")
        @unittest.expectedFailure
        def test_expected(self):
            ask(1)
            self.fail("known")

        @pytest.mark.bench_budget(statements=1)
        def test_sub_tests(self):
            for number in range(2):
                with self.subTest(number=number):
                    ask(number)

    class TestSkippedInSetUp(unittest.TestCase):
        def setUp(self):
            self.skipTest("later")

        @pytest.mark.bench_budget(statements=0, peak_heap="10 MB")
        def test_skipped(self):
            ask(1)

    class TestWrongSetUp(unittest.TestCase):
        def setUp(self):
            raise RuntimeError("the test's own error")

        @pytest.mark.bench_budget(statements=0, peak_heap="10 MB")
        def test_wrong(self):
            ask(1)

    class TestCoroutine(unittest.IsolatedAsyncioTestCase):
        @pytest.mark.bench_budget(statements=0, peak_heap="10 MB")
        async def test_few(self):
            pass

        @pytest.mark.bench_budget(statements=0, peak_heap="10 MB")
        async def test_heap(self):
            held = bytes(30_000_000)
"""


def test_methods_of_unittest_are_measured_alone_once_for_each_budget(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(DJANGO_CONFTEST)
    ask = STATEMENT_TESTS[STATEMENT_TESTS.index("    from django.db") : STATEMENT_TESTS.index("    @pytest")]
    pytester.makepyfile(test_unittest=ask + UNITTEST)
    finished = run(pytester)
    ended = re.findall(r"^(PASSED|FAILED|XFAIL) test_unittest\.py::(\S+)", finished.stdout.str(), flags=re.MULTILINE)
    assert sorted(ended) == [
        ("FAILED", "TestBoth::test_heap"),
        ("FAILED", "TestBoth::test_statements"),
        ("FAILED", "TestBoth::test_statements_second"),
        ("FAILED", "TestBoth::test_sub_tests"),
        ("FAILED", "TestCoroutine::test_heap"),
        ("FAILED", "TestWrongSetUp::test_wrong"),
        ("PASSED", "TestBoth::test_few"),
        ("PASSED", "TestCoroutine::test_few"),
        ("XFAIL", "TestBoth::test_expected"),
    ]
    assert "measured 2, budget 1" in failure(finished, "TestBoth.test_statements")
    assert "measured 2, budget 1" in failure(finished, "TestBoth.test_statements_second")
    assert "measured 2, budget 1" in failure(finished, "TestBoth.test_sub_tests")
    assert "measured 30.0 MB, budget 10.0 MB" in failure(finished, "TestBoth.test_heap")
    assert "measured 30.0 MB, budget 10.0 MB" in failure(finished, "TestCoroutine.test_heap")
    assert "the test's own error" in failure(finished, "TestWrongSetUp.test_wrong")
    assert "not measured" not in finished.stdout.str()


OUTCOMES = """
    import os
    import threading

    import pytest
    import warnings

    budget = pytest.mark.bench_budget(peak_heap="10 MB")

    @budget
    def test_skipped():
        held = bytes(30_000_000)
        pytest.skip("later")

    @budget
    @pytest.mark.skip
    def test_skipped_by_marker():
        held = bytes(30_000_000)

    @budget
    @pytest.mark.xfail
    def test_expected():
        held = bytes(30_000_000)

    @budget
    @pytest.mark.xfail(strict=True)
    def test_strict():
        pass

    @budget
    @pytest.mark.xfail(raises=ValueError)
    def test_expects_another_error():
        held = bytes(30_000_000)

    @budget
    @pytest.mark.parametrize("size", [1, 30])
    def test_parametrised(size):
        held = bytes(size * 1_000_000)

    @budget
    def test_in_a_thread():
        def hold():
            held = bytes(30_000_000)
        thread = threading.Thread(target=hold)
        thread.start()
        thread.join()

    @budget
    def test_forks():
        warnings.simplefilter("ignore")
        if os.fork() == 0:
            os._exit(0)
        os.wait()

    @budget
    def test_benchmark(benchmark):
        benchmark(lambda: None)

    def test_benchmark_without_a_budget(benchmark):
        benchmark(lambda: None)
"""


def test_an_outcome_of_pytest_stays_and_a_figure_that_would_be_wrong_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_outcomes=OUTCOMES)
    finished = run(pytester, "-p", "pytest_benchmark.plugin")
    ended = re.findall(
        r"^(PASSED|FAILED|XFAIL|XPASS) test_outcomes\.py::(\S+)", finished.stdout.str(), flags=re.MULTILINE
    )
    assert sorted(ended) == [
        ("FAILED", "test_benchmark"),
        ("FAILED", "test_expects_another_error"),
        ("FAILED", "test_forks"),
        ("FAILED", "test_in_a_thread"),
        ("FAILED", "test_parametrised[30]"),
        ("FAILED", "test_strict"),
        ("PASSED", "test_benchmark_without_a_budget"),
        ("PASSED", "test_parametrised[1]"),
        ("XFAIL", "test_expected"),
    ]
    assert failure(finished, "test_benchmark") == (
        "the budget was not measured: the fixture 'benchmark' calls the code many times, and a probe would spoil its "
        "times; move the budget to a separate test"
    )
    assert failure(finished, "test_forks") == (
        "the budget of peak_heap was not measured: the test forked a process, whose work would be missing"
    )
    finished.assert_outcomes(passed=2, failed=6, skipped=2, xfailed=1)


def test_whoever_uses_no_marker_pays_nothing(pytester: pytest.Pytester) -> None:
    """Every pytest of the environment loads the plugin."""
    heavy = ("django", "memray", "matplotlib", "msgspec", "psycopg", "rich", "scipy", "bench.compliance.contract")
    assert loaded("bench.pytest_plugin", *heavy) == []
    pytester.makepyfile(
        test_light=f"""
        import sys

        def test_light():
            assert not set({heavy}) & set(sys.modules)
        """
    )
    run(pytester).assert_outcomes(passed=1)


BLOCKER = """
    import sys

    class Blocker:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in {blocked}:
                raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

    sys.meta_path.insert(0, Blocker())
"""


def test_budgets_need_memray_and_django_alone(pytester: pytest.Pytester) -> None:
    """The extra ``plugin`` installs no more than pytest and memray, whose own dependency rich is."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    names = {
        extra: {re.split(r"[^\w-]", one)[0].replace("-", "_") for one in listed} for extra, listed in extras.items()
    }
    assert names["plugin"] == {"memray", "pytest"}
    blocked = (names["suite"] | names["report"]) - names["plugin"] - {"compliance_bench", "django", "rich"}
    assert {"msgspec", "numpy", "psycopg", "scipy", "typer"} <= blocked
    pytester.makepyfile(blocker=BLOCKER.format(blocked=blocked))
    pytester.makeconftest(DJANGO_CONFTEST)
    pytester.makepyfile(test_heap=HEAP_TESTS.replace("def test_statements_without_django", "def test_no_statement"))
    pytester.makepyfile(test_statements=STATEMENT_TESTS)
    finished = run(pytester, "-p", "blocker")
    assert "No module named" not in finished.stdout.str()
    finished.assert_outcomes(passed=9, failed=9)
