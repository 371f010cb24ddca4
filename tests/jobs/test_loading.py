"""What a job's load returns is checked before anything is measured on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.database.access import DatabaseAccess
from bench.errors import DatabaseError, InputError
from bench.jobs.job import DataSource, Job, Loaded, Size, Target
from bench.jobs.loading import load_data

ACCESS = DatabaseAccess("", "", "", "")
SOURCE = DataSource(size=Size(label="2", numbers={"orders": 2}))
GOOD = Loaded(arguments={"shop": 1}, warm_up=None, fingerprint="print")


def job(load: Callable[..., Any], **more: Any) -> Job:
    return Job(
        name="orders",
        load=load,
        targets=(Target(table="totals", own={"shop_id": "shop"}),),
        implementations={"a": "own:a"},
        size=("orders",),
        sizes=("2",),
        **more,
    )


def loaded(found: object, **more: Any) -> Loaded:
    return load_data(job(lambda *_: found, **more), ACCESS, SOURCE, Path(), None)


def test_the_numbers_of_a_synthetic_size_are_quantities_without_being_returned() -> None:
    assert loaded(GOOD).quantities == {"orders": 2}


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (None, "load returned a NoneType; return a bench.jobs.job.Loaded"),
        (replace(GOOD, arguments={}), "arguments has no 'shop', which column 'shop_id' of target 'totals' equals"),
        (replace(GOOD, warm_up={"store": 1}), "warm_up has no 'shop', .*; known are store"),
        (replace(GOOD, rivals={"two": {}}), "two has no 'shop'"),
        (replace(GOOD, context={"path": Path()}), "context is no JSON: TypeError: .*; write numbers, texts"),
        (replace(GOOD, quantities={"items": 3}), "quantities has 'items', which the job does not name; add it"),
        (replace(GOOD, quantities={"orders": "2"}), "quantity 'orders' is '2'; return a whole number"),  # type: ignore[dict-item]  # wrong on purpose
    ],
)
def test_a_fault_of_what_was_loaded_is_said_in_one_line(found: object, message: str) -> None:
    with pytest.raises(InputError, match=f"job 'orders': loading 2: {message}") as caught:
        loaded(found)
    assert "\n" not in str(caught.value)


def test_a_quantity_that_the_job_names_must_be_returned() -> None:
    with pytest.raises(InputError, match="quantities has no 'items'; return orders, items"):
        loaded(GOOD, quantities=("items",))


def test_what_load_raises_is_the_job_s_fault_unless_it_says_itself_what_is_wrong() -> None:
    def fails(*_: object) -> Loaded:
        raise ZeroDivisionError("by nothing")

    def is_refused(*_: object) -> Loaded:
        raise DatabaseError("the server is gone; start it")

    with pytest.raises(InputError, match="loading 2 failed: ZeroDivisionError: by nothing; correct its load"):
        load_data(job(fails), ACCESS, SOURCE, Path(), None)
    with pytest.raises(DatabaseError, match=r"^the server is gone"):
        load_data(job(is_refused), ACCESS, SOURCE, Path(), None)
