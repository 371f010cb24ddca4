"""What ``streaming-atomic`` does beyond streaming: all or nothing, one run of a scan after another, no foreign row."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import psycopg
import pytest

from bench.compliance.cases.case import finding, framework
from tests.support.workbench import Contents, Workbench

ATOMIC = "streaming-atomic"
SCAN = {"provider": "aws", "findings": [finding("a", "PASS", "eu"), finding("b", "FAIL", "eu", "us")]}
CATALOGUE = {"cis": framework("CIS", "3.0", **{f"r{number}": ["a", "b"] for number in range(5)})}


Row = dict[str, Any]


@pytest.fixture
def atomic(workbench: Workbench) -> ModuleType:
    """The implementation's module, which can be imported once Django is set up."""
    return importlib.import_module("optimized_impl.atomic")


@pytest.fixture
def planted(workbench: Workbench) -> Contents:
    """A scan with the rows and the summary of an earlier run."""
    workbench.load(SCAN, CATALOGUE)
    return workbench.plant_old_rows()


def with_rows(
    atomic: ModuleType, monkeypatch: pytest.MonkeyPatch, change: Callable[[Iterator[Row]], Iterator[Row]]
) -> None:
    """Have the implementation's rows pass through ``change`` first."""
    build = atomic.task.build_rows

    def changed(*arguments: Any) -> Iterator[Row]:
        return change(build(*arguments))

    monkeypatch.setattr(atomic.task, "build_rows", changed)


@pytest.mark.parametrize("column", ["tenant_id", "scan_id"])
def test_a_row_of_another_tenant_or_scan_is_refused_and_nothing_is_written(
    workbench: Workbench, planted: Contents, atomic: ModuleType, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    """Also where it comes last, after batches that were sent already."""
    foreign = "00000000-0000-0000-0000-000000000001"
    monkeypatch.setattr(atomic, "COPY_BATCH_SIZE", 2)

    def last_is_foreign(rows: Iterator[Row]) -> Iterator[Row]:
        *most, last = rows
        yield from most
        yield {**last, column: foreign}

    with_rows(atomic, monkeypatch, last_is_foreign)
    with pytest.raises(atomic.ForeignRowError, match=foreign):
        workbench.run(ATOMIC)
    assert workbench.contents() == planted


def test_a_batch_that_copy_refuses_leaves_the_old_rows(
    workbench: Workbench, planted: Contents, atomic: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "COPY_BATCH_SIZE", 3)

    def last_is_refused(rows: Iterator[Row]) -> Iterator[Row]:
        *most, last = rows
        yield from most
        yield {**last, "passed_checks": 2**40}

    with_rows(atomic, monkeypatch, last_is_refused)
    with pytest.raises(psycopg.DataError, match="out of range"):
        workbench.run(ATOMIC)
    assert workbench.contents() == planted


def test_a_scan_that_vanishes_while_findings_are_read_is_missing_and_nothing_is_written(
    workbench: Workbench, planted: Contents, atomic: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its old rows belong to nobody then; here they keep it from vanishing in truth, so its tenant changes."""
    count_checks = atomic.task.count_checks

    def another_tenants(*arguments: Any) -> Any:
        workbench.query(
            "UPDATE scans SET tenant_id = (SELECT id FROM tenants WHERE id <> %(tenant)s LIMIT 1) WHERE id = %(scan)s"
        )
        return count_checks(*arguments)

    monkeypatch.setattr(atomic.task, "count_checks", another_tenants)
    with pytest.raises(atomic.Scan.DoesNotExist):
        workbench.run(ATOMIC)
    assert workbench.contents() == planted


def test_a_second_run_of_the_scan_waits_for_the_first(
    workbench: Workbench, planted: Contents, atomic: ModuleType
) -> None:
    """Held by a session that has the scan's lock, it does nothing; then it replaces what that one left."""
    key = workbench.loaded.key
    with psycopg.connect(workbench.access.conninfo_as(workbench.access.admin_role)) as other, other.cursor() as cursor:
        atomic._lock_scan(cursor, key.tenant_id, key.scan_id)
        with ThreadPoolExecutor(1) as pool:
            run = pool.submit(workbench.run, ATOMIC)
            try:
                wait_for_lock(workbench)
                assert not run.done()
                assert workbench.contents() == planted
            finally:
                other.rollback()  # or the pool would wait for a run that waits for this session
            outcome = run.result(timeout=60)
    assert outcome["requirements_created"] == len(workbench.contents().scan) - 1 == 10


def wait_for_lock(workbench: Workbench) -> None:
    """Return once a session waits for an advisory lock."""
    for _ in range(600):
        if workbench.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            return
        workbench.query("SELECT pg_sleep(0.05)")
    raise AssertionError("the run never waited")
