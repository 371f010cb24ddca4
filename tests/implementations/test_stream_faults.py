"""An exception while a result stream or a COPY is open ends the run with that exception, without a deadlock."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from queue import Queue
from threading import Thread
from typing import Any

import psycopg
import pytest

from bench.compliance.schema.django_setup import close_connections
from tests.support.workbench import Contents, Workbench

PATIENCE_SECONDS = 60.0
"""Far longer than any run here; a run that deadlocks with itself never ends."""


class PlantedError(Exception):
    """Raised in the middle of a stream."""


def after(calls: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``function`` to raise after ``calls`` calls."""
    made = iter(range(calls))

    def counted(*arguments: Any, **options: Any) -> Any:
        if next(made, None) is None:
            raise PlantedError
        return function(*arguments, **options)

    return counted


def ends_with(workbench: Workbench, implementation: str) -> BaseException | None:
    """Run in another thread; return what it raised. Fails if it does not end."""
    ends: Queue[BaseException | None] = Queue()

    def run() -> None:
        try:
            workbench.run(implementation)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            ends.put(error)
        else:
            ends.put(None)
        finally:
            close_connections()

    Thread(target=run, daemon=True).start()
    return ends.get(timeout=PATIENCE_SECONDS)


@pytest.fixture
def before(loaded: Workbench) -> Contents:
    """The rows of an earlier run, one of which has another status."""
    loaded.run("pushdown")
    loaded.query(
        "UPDATE findings SET status = 'FAIL' WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s AND check_id = 'a'"
    )
    return loaded.contents()


@pytest.mark.parametrize("implementation", ["pushdown", "pushdown-fast", "packed"])
def test_a_fault_while_findings_are_counted(
    loaded: Workbench, before: Contents, monkeypatch: pytest.MonkeyPatch, implementation: str
) -> None:
    scores = importlib.import_module("optimized_impl.pushdown.findings").Scores
    monkeypatch.setattr(scores, "note", after(1, scores.note))
    assert isinstance(ends_with(loaded, implementation), PlantedError)
    assert loaded.contents() == before


@pytest.mark.parametrize("implementation", ["pushdown", "pushdown-fast"])
def test_a_fault_while_stored_rows_are_compared(
    loaded: Workbench, before: Contents, monkeypatch: pytest.MonkeyPatch, implementation: str
) -> None:
    stored = importlib.import_module("optimized_impl.pushdown.stored")
    monkeypatch.setattr(stored, "_equal_regions", after(2, stored._equal_regions))
    assert isinstance(ends_with(loaded, implementation), PlantedError)
    assert loaded.contents() == before


@pytest.mark.parametrize("implementation", ["pushdown", "pushdown-fast", "packed"])
def test_a_fault_while_rows_are_copied(
    loaded: Workbench, before: Contents, monkeypatch: pytest.MonkeyPatch, implementation: str
) -> None:
    """After the same transaction has deleted the old rows."""
    monkeypatch.setattr(psycopg.Copy, "write", after(0, psycopg.Copy.write))
    loaded.query("DELETE FROM compliance_requirements_overviews WHERE tenant_id = %(tenant)s AND scan_id = %(scan)s")
    emptied = loaded.contents()
    assert isinstance(ends_with(loaded, implementation), PlantedError)
    assert loaded.contents() == emptied


@pytest.mark.parametrize("implementation", ["materializing", "streaming", "single-transaction"])
def test_where_a_copy_breaks_off_the_orm_writes_all_rows(
    loaded: Workbench, before: Contents, monkeypatch: pytest.MonkeyPatch, implementation: str
) -> None:
    """These have a fallback: the COPY is aborted and the run continues."""
    monkeypatch.setattr(psycopg.Copy, "write", after(0, psycopg.Copy.write))
    rows = len(before.scan)
    assert ends_with(loaded, implementation) is None
    assert len(loaded.contents().scan) == rows
    assert loaded.contents().others == before.others


@pytest.mark.parametrize("implementation", ["streaming", "single-transaction"])
def test_a_fault_while_findings_are_streamed(
    loaded: Workbench, before: Contents, monkeypatch: pytest.MonkeyPatch, implementation: str
) -> None:
    """Through Django's server-side cursor."""
    models = importlib.import_module("django.db.models.query")
    tuples = models.ValuesListIterable.__iter__

    def broken(iterable: Any) -> Iterator[Any]:
        for number, one in enumerate(tuples(iterable)):
            if number == 2:
                raise PlantedError
            yield one

    monkeypatch.setattr(models.ValuesListIterable, "__iter__", broken)
    assert isinstance(ends_with(loaded, implementation), PlantedError)
    assert loaded.contents() == before
