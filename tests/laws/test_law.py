"""A law reads back as declared, and one that could never be checked is refused where it is declared."""

from __future__ import annotations

from functools import wraps
from typing import Any, cast

import msgspec
import pytest

from bench.declare.laws import Law, Step, declares, laws_of

LAW = Law("statements_server", 20, (Step(4, 10_000, "rows"), Step(1, 1, "shops"), Step(2, 1_000, "paid orders")))


def test_a_law_says_itself_in_words() -> None:
    assert str(Law("statements_django", 18)) == "constant 18"
    assert str(LAW) == "20 + 4 per 10,000 rows + 1 per shop + 2 per 1,000 paid orders"


@pytest.mark.parametrize(
    ("rows", "orders", "shops", "expected"),
    [(1, 1, 1, 27), (10_000, 1_000, 3, 29), (10_001, 1_001, 3, 35), (1, 0, 1, 25)],
)
def test_each_begun_step_counts(rows: int, orders: int, shops: int, expected: int) -> None:
    assert LAW.expected({"rows": rows, "paid orders": orders, "shops": shops}) == expected


def test_a_law_names_the_quantities_that_a_job_does_not_have() -> None:
    assert LAW.unknown(("rows", "shops", "paid orders")) == ()
    assert LAW.unknown(("rows", "shops")) == ("paid orders",)


def test_a_step_or_a_metric_that_nobody_could_count_is_refused() -> None:
    with pytest.raises(ValueError, match="give its size as 1 or more"):
        Step(1, 0, "rows")
    with pytest.raises(ValueError, match="the metric 'rows_written'; write 'statements_django' or 'statements_server'"):
        Law(cast(Any, "rows_written"), 1)
    with pytest.raises(
        ValueError, match=r"law of statements_django has no tolerance of 0\.1; function_calls has one of"
    ):
        Law("statements_django", 1, tolerance=0.1)
    with pytest.raises(
        ValueError, match="a law of function_calls has no tolerance of 1; function_calls has one of 0 to"
    ):
        Law("function_calls", 1, tolerance=1)
    with pytest.raises(msgspec.ValidationError, match="give its size as 1 or more"):
        msgspec.json.decode(b'{"statements": 1, "size": 0, "of": "rows"}', type=Step)


def test_a_law_of_calls_holds_within_its_tolerance_and_one_of_statements_exactly() -> None:
    calls = Law("function_calls", 1_000, (Step(18, 1, "rows"),), tolerance=0.02)
    assert str(calls) == "1,000 + 18 per row ± 2 %"
    assert [calls.holds(10_000, count) for count in (9_799, 9_800, 10_200, 10_201)] == [False, True, True, False]
    assert Law("function_calls", 1).room == 0.01
    assert [Law("statements_django", 18).holds(18, count) for count in (17, 18, 19)] == [False, True, False]


def test_laws_stay_with_a_function_that_is_wrapped_and_are_none_where_none_was_declared() -> None:
    @declares(LAW)
    def declared() -> None: ...

    @wraps(declared)
    def wrapped() -> None: ...

    assert laws_of(declared) == laws_of(wrapped) == (LAW,)
    assert laws_of(print) == ()
