"""Statements are counted beside Django's own query log, which stays what it is without the count."""

from __future__ import annotations

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext

from bench.database.access import ADMIN
from bench.worker.probes.django_statements import counted_statements
from tests.support.workbench import Workbench


@pytest.fixture(autouse=True)
def connected(workbench: Workbench) -> None:
    """Django asks a new connection for the types of its extensions."""
    connections[ADMIN].ensure_connection()


def ask(times: int) -> None:
    with connections[ADMIN].cursor() as cursor:
        for _ in range(times):
            cursor.execute("SELECT %s", ["it's"])


def test_djangos_log_counts_inside_the_block_and_grows_by_nothing_else() -> None:
    connection = connections[ADMIN]
    before = len(connection.queries_log)
    with counted_statements() as found:
        ask(2)
        with CaptureQueriesContext(connection) as captured:
            ask(4)
        ask(1)
    assert len(captured) == 4
    assert found.texts == ("SELECT 'it''s'",) * 7
    assert len(connection.queries_log) == before + 4


def test_more_statements_are_counted_than_djangos_log_holds() -> None:
    with counted_statements() as found:
        ask(BaseDatabaseWrapper.queries_limit + 10)
    assert len(found.texts) == BaseDatabaseWrapper.queries_limit + 10


def test_what_the_server_refuses_counts_and_its_error_arrives() -> None:
    with (
        counted_statements() as found,
        pytest.raises(ProgrammingError, match="no_such_table"),
        transaction.atomic(using=ADMIN),
        connections[ADMIN].cursor() as cursor,
    ):
        cursor.execute("SELECT * FROM no_such_table")
    assert found.texts == ("BEGIN", "SELECT * FROM no_such_table", "ROLLBACK")
    assert all(site.startswith("tests/probes/test_django_statements.py:") for site in found.sites)


def test_nothing_stays_patched_however_the_block_ends() -> None:
    before = dict(vars(CursorWrapper))
    with counted_statements():
        assert dict(vars(CursorWrapper)) != before
    with pytest.raises(ValueError, match="within"), counted_statements():
        raise ValueError("from within")
    assert dict(vars(CursorWrapper)) == before
