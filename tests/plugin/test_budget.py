"""A test with a budget fails above it, and says what it measured, what was allowed, and where it comes from."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.support.command import ROOT
from tests.support.loaded_modules import loaded

pytestmark = pytest.mark.server

pytest_plugins = "pytester"

HEAP_TESTS = """
    import pytest
    import memray

    @pytest.mark.bench_budget(peak_heap="10 MB")
    def test_small():
        held = [bytes(1_000_000)]

    @pytest.mark.bench_budget(peak_heap="10 MB")
    def test_large():
        held = [bytes(1_000_000) for _ in range(30)]

    @pytest.mark.bench_budget(peak_heap="10 MB")
    def test_large_before_the_call(large):
        assert len(large) == 30_000_000

    @pytest.mark.bench_budget(peak_heap="10 MB")
    def test_wrong():
        held = bytes(30_000_000)
        assert len(held) == 1, "the test's own failure"

    @pytest.mark.bench_budget(peak_heap="10 MB")
    def test_watched(another_tracker):
        pass

    @pytest.mark.bench_budget(peak_heap="10 MB")
    def test_watching(tmp_path):
        with memray.Tracker(tmp_path / "capture.bin"):
            pass

    @pytest.mark.bench_budget(statements=1)
    def test_statements_without_django():
        pass

    def test_without_a_budget():
        held = bytes(30_000_000)

    @pytest.fixture
    def large():
        return bytes(30_000_000)

    @pytest.fixture
    def another_tracker(tmp_path):
        with memray.Tracker(tmp_path / "capture.bin"):
            yield
"""

DJANGO_CONFTEST = """
    import django
    from django.conf import settings

    def pytest_configure():
        database = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
        settings.configure(DATABASES={"default": database})
        django.setup()
"""

STATEMENT_TESTS = """
    import unittest

    import pytest
    from django.db import connection, transaction

    def ask(number):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", [number])
            return cursor.fetchone()

    @pytest.mark.bench_budget(statements=2)
    def test_few():
        ask(1), ask(2)

    @pytest.mark.bench_budget(statements=3)
    def test_one_a_region():
        with transaction.atomic():
            for region in range(12):
                ask(region)

    @pytest.mark.bench_budget(statements=3, peak_heap="10 MB")
    @pytest.mark.parametrize("size", [1, 30])
    def test_both(size):
        held = bytes(size * 1_000_000)
        ask(1)

    @pytest.mark.bench_budget(statements=1)
    class TestOfAClass:
        def test_inherits(self):
            ask(1), ask(2)

        @pytest.mark.bench_budget(statements=2)
        def test_goes_before_the_class(self):
            ask(1), ask(2)

    class TestOfUnittest(unittest.TestCase):
        @pytest.mark.bench_budget(statements=1)
        def test_too_many(self):
            ask(1), ask(2)

        @pytest.mark.bench_budget(statements=1)
        def test_wrong(self):
            ask(1), ask(2)
            self.fail("the test's own failure")
"""


@pytest.fixture(autouse=True)
def only_this_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the plugins of this environment, this one as the entry point included: it is given by name."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "bench.pytest_plugin", "-rA", "--strict-markers", *arguments)


def failure(finished: pytest.RunResult, name: str) -> str:
    """The section of the test called ``name`` among the failures."""
    (failures,) = re.findall(r"^=+ FAILURES =+$(.*?)^=+ ", finished.stdout.str(), flags=re.MULTILINE | re.DOTALL)
    sections = re.split(r"^_+ (\S+) _+$", failures, flags=re.MULTILINE)
    return dict(zip(sections[1::2], sections[2::2], strict=True))[name].strip()


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
    blocked = names["suite"] - names["plugin"] - {"django", "rich"}
    assert {"msgspec", "numpy", "psycopg", "scipy", "typer"} <= blocked
    pytester.makepyfile(blocker=BLOCKER.format(blocked=blocked))
    pytester.makeconftest(DJANGO_CONFTEST)
    pytester.makepyfile(test_heap=HEAP_TESTS.replace("def test_statements_without_django", "def test_no_statement"))
    pytester.makepyfile(test_statements=STATEMENT_TESTS)
    finished = run(pytester, "-p", "blocker")
    assert "No module named" not in finished.stdout.str()
    finished.assert_outcomes(passed=9, failed=9)
