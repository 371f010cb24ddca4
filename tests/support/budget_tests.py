"""Test programs with budgets, and how they are run with the plugin."""

from __future__ import annotations

import re

import pytest

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


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_subprocess("-p", "bench.pytest_plugin", "-rA", "--strict-markers", *arguments)


def failure(finished: pytest.RunResult, name: str) -> str:
    """The section of the test called ``name`` among the failures."""
    (failures,) = re.findall(r"^=+ FAILURES =+$(.*?)^=+ ", finished.stdout.str(), flags=re.MULTILINE | re.DOTALL)
    sections = re.split(r"^_+ (\S+) _+$", failures, flags=re.MULTILINE)
    return dict(zip(sections[1::2], sections[2::2], strict=True))[name].strip()
