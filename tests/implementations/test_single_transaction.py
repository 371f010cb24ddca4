"""What ``single-transaction`` adds to streaming: one transaction, a fallback of all rows, a check of every owner."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from psycopg import sql

from bench.compliance.cases.case import finding, framework
from bench.database.statement_log import capture
from tests.support.workbench import Contents, Workbench

NAME = "single-transaction"
SCAN = {"provider": "aws", "findings": [finding("a", "PASS", "eu"), finding("b", "FAIL", "eu", "us")]}
CATALOGUE = {"cis": framework("CIS", "3.0", **{f"r{number}": ["a", "b"] for number in range(5)})}
ROWS = 10
FOREIGN = "00000000-0000-0000-0000-000000000001"

Row = dict[str, Any]


@pytest.fixture
def module(workbench: Workbench) -> ModuleType:
    """The implementation's module, which is only importable after Django is set up."""
    return importlib.import_module("optimized_impl.single_transaction")


@pytest.fixture
def planted(workbench: Workbench) -> Contents:
    """A scan with the rows and the summary of an earlier run."""
    workbench.load(SCAN, CATALOGUE)
    return workbench.plant_old_rows()


def change_last_row(module: ModuleType, monkeypatch: pytest.MonkeyPatch, change: Callable[[Row], Row]) -> None:
    """Have the last row that the implementation builds pass through ``change``; batches hold three rows."""
    build = module.build_rows

    def changed(*arguments: Any) -> Iterator[Row]:
        *most, last = build(*arguments)
        yield from most
        yield change(last)

    monkeypatch.setattr(module, "build_rows", changed)
    monkeypatch.setattr(module, "COPY_BATCH_SIZE", 3)


@pytest.mark.parametrize("column", ["tenant_id", "scan_id"])
def test_a_row_of_another_tenant_or_scan_is_refused_without_a_fallback(
    workbench: Workbench, planted: Contents, module: ModuleType, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    """Even if it is the last row and earlier batches are already sent."""
    change_last_row(module, monkeypatch, lambda row: {**row, column: FOREIGN})
    monkeypatch.setattr(module, "insert_rows", lambda *_: pytest.fail("the ORM would write the foreign row"))
    with pytest.raises(module.RowScopeError, match=FOREIGN):
        workbench.run(NAME)
    assert workbench.contents() == planted


def test_rows_that_copy_and_orm_refuse_leave_the_old_ones(
    workbench: Workbench, planted: Contents, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_last_row(module, monkeypatch, lambda row: {**row, "passed_checks": 2**40})
    with pytest.raises(Exception, match="out of range"):
        workbench.run(NAME)
    assert workbench.contents() == planted


def test_where_copy_is_refused_the_orm_replaces_everything_from_a_fresh_iterator(
    workbench: Workbench, planted: Contents, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Summaries are counted once, although the rows are built twice."""
    monkeypatch.setattr(module, "COPY_BATCH_SIZE", 3)
    workbench.run("streaming")
    streamed = workbench.written(["eu", "us"])
    workbench.load(SCAN, CATALOGUE)
    others = workbench.plant_old_rows().others
    table = sql.Identifier("compliance_requirements_overviews")
    admin = sql.Identifier(workbench.access.admin_role)
    workbench.connection.execute(sql.SQL("REVOKE INSERT ON {} FROM {}").format(table, admin))
    try:
        outcome = workbench.run(NAME)
    finally:
        workbench.connection.execute(sql.SQL("GRANT INSERT ON {} TO {}").format(table, admin))
    assert outcome["requirements_created"] == ROWS
    assert workbench.written(outcome["regions_processed"]) == streamed
    assert workbench.contents().others == others


def test_delete_and_all_copies_are_one_transaction(
    workbench: Workbench, planted: Contents, module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COPY_BATCH_SIZE", 3)
    with capture(workbench.access) as seen:
        workbench.run(NAME)
    commands = [statement.split(None, 1)[0] for statement in seen.statements]
    first, last = commands.index("COPY"), len(commands) - commands[::-1].index("COPY") - 1
    assert commands[first : last + 1] == ["COPY"] * 4, "ten rows in batches of three"
    assert seen.statements[first - 1].startswith("DELETE FROM compliance_requirements_overviews")
    assert (commands[first - 3], commands[last + 1]) == ("BEGIN", "COMMIT")
