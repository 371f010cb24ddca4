"""A budget of statements counts beside Django's own log, whatever thread or connection issues them, on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from psycopg.conninfo import conninfo_to_dict

from bench.database.embedded import embedded_server

pytestmark = pytest.mark.server

pytest_plugins = "pytester"

SETTINGS = """
    DATABASES = {{
        "default": {{
            "ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "USER": "postgres", "HOST": "{host}"
        }}
    }}
    INSTALLED_APPS = ["shop"]
    DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
    SECRET_KEY = "shop"
"""
MODELS = """
    from django.db import models

    class Item(models.Model):
        name = models.TextField()
"""
TESTS = """
    import asyncio
    import threading

    import pytest
    from django.db import connections
    from django.test import TestCase
    from shop.models import Item

    budget = pytest.mark.bench_budget

    def ask(times):
        for _ in range(times):
            Item.objects.count()

    @pytest.fixture
    def busy(db):
        ask(5)
        yield
        ask(5)

    @budget(statements=2)
    def test_the_call_alone(busy):
        ask(2)

    @budget(statements=3)
    @pytest.mark.django_db
    def test_too_many():
        ask(4)

    @budget(statements=9)
    def test_djangos_own_log_is_kept(django_assert_max_num_queries, db):
        with pytest.raises(pytest.fail.Exception, match="Expected to perform 1 queries or less but 4 were done"):
            with django_assert_max_num_queries(1):
                ask(4)

    @budget(statements=3)
    def test_both_count(django_assert_num_queries, db):
        with django_assert_num_queries(4):
            ask(4)

    @budget(statements=0)
    @pytest.mark.django_db(transaction=True)
    def test_threads():
        def work():
            ask(2)
            connections.close_all()
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    @budget(statements=0)
    @pytest.mark.django_db(transaction=True)
    def test_the_async_interface():
        async def create():
            for number in range(50):
                await Item.objects.acreate(name=str(number))
        asyncio.run(create())

    class TestOfDjango(TestCase):
        @classmethod
        def setUpTestData(cls):
            cls.item = Item.objects.create(name="old")

        def setUp(self):
            ask(5)

        def tearDown(self):
            ask(5)

        @budget(statements=1, peak_heap="20 MB")
        def test_changes_are_undone_before_the_second_run(self):
            assert self.item.name == "old"
            self.item.name = "new"
            self.item.save()

        @budget(statements=0, peak_heap="20 MB")
        def test_too_many(self):
            ask(1)

        @budget(statements=1, peak_heap="2 MB")
        def test_too_much(self):
            ask(1)
            held = bytes(5_000_000)

        @budget(statements=9)
        def test_djangos_own_log_is_kept(self):
            with self.assertRaisesMessage(AssertionError, "4 != 0 : 4 queries executed, 0 expected"):
                with self.assertNumQueries(0):
                    ask(4)

        @budget(statements=1, peak_heap="20 MB")
        async def test_coroutine(self):
            await Item.objects.acount()

        @budget(statements=1, peak_heap="20 MB")
        async def test_coroutine_with_too_many(self):
            await Item.objects.acount()
            await Item.objects.acount()

    @budget(statements=0)
    class TestOfDjangoWithABudget(TestCase):
        @budget(peak_heap="20 MB")
        def test_too_many(self):
            ask(1)
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.Pytester]:
    """Somebody's project with tests by pytest-django, on a server."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    with embedded_server(16, {"fsync": "off"}) as handle:
        pytester.makepyfile(project_settings=SETTINGS.format(host=conninfo_to_dict(handle.conninfo)["host"]))
        pytester.mkpydir("shop").joinpath("models.py").write_text(
            "\n".join(line[4:] for line in MODELS.splitlines()), encoding="utf-8"
        )
        pytester.makeini("[pytest]\nDJANGO_SETTINGS_MODULE = project_settings\npythonpath = .\n")
        yield pytester


def test_statements_are_counted_as_they_are(project: pytest.Pytester) -> None:
    project.makepyfile(test_shop=TESTS)
    finished = project.runpytest_subprocess("-p", "bench.pytest_plugin", "-p", "pytest_django.plugin", "-rA")
    text = finished.stdout.str()
    ended = re.findall(r"^(PASSED|FAILED|ERROR) test_shop\.py::(\S+)", text, flags=re.MULTILINE)
    assert sorted(ended) == [
        ("FAILED", "TestOfDjango::test_coroutine_with_too_many"),
        ("FAILED", "TestOfDjango::test_too_many"),
        ("FAILED", "TestOfDjango::test_too_much"),
        ("FAILED", "TestOfDjangoWithABudget::test_too_many"),
        ("FAILED", "test_both_count"),
        ("FAILED", "test_the_async_interface"),
        ("FAILED", "test_threads"),
        ("FAILED", "test_too_many"),
        ("PASSED", "TestOfDjango::test_changes_are_undone_before_the_second_run"),
        ("PASSED", "TestOfDjango::test_coroutine"),
        ("PASSED", "TestOfDjango::test_djangos_own_log_is_kept"),
        ("PASSED", "test_djangos_own_log_is_kept"),
        ("PASSED", "test_the_call_alone"),
    ]
    measured = re.findall(r"^(?:Statements \(Django\)|Peak heap): measured (.*), budget", text, flags=re.MULTILINE)
    assert sorted(one for one in measured if "MB" not in one) == sorted(["4", "4", "2", "50", "2", "1", "1"])
    assert "Peak heap: measured 5.0" in text
