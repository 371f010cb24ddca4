"""A test with a budget fails above it, and says what it measured, what was allowed, and where it comes from."""

from __future__ import annotations

import re

import pytest

from tests.support.loaded_modules import loaded

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


def test_two_budgets_on_a_method_of_unittest_are_an_error_that_says_to_split_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_unittest="""
        import unittest
        import pytest

        class TestBoth(unittest.TestCase):
            @pytest.mark.bench_budget(statements=1, peak_heap="1 MB")
            def test_both(self):
                pass
        """
    )
    finished = run(pytester)
    assert finished.ret == pytest.ExitCode.USAGE_ERROR
    assert "a method of a unittest.TestCase takes one budget; split the test" in finished.stderr.str()


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
