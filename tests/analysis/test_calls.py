"""What moved from one side's calls to the other's is named, and adds up to the change of all calls."""

from __future__ import annotations

import pytest

from bench.analysis.calls import CallChange, call_changes
from bench.report.tables.calls import calls_line, change_table, change_text
from bench.results.calls import CallCounts, FunctionCalls

STATUS = "app.task:_status"


def called(function: str, calls: int, line: int = 10) -> FunctionCalls:
    return FunctionCalls(function=function, file="app/task.py" if ":" in function else "", line=line, calls=calls)


def counts(*functions: FunctionCalls, others: tuple[int, int] = (0, 0), implementation: str = "mine") -> CallCounts:
    return CallCounts(
        scan="1k/8",
        implementation=implementation,
        functions=functions,
        other_functions=others[0],
        other_calls=others[1],
    )


BEFORE = counts(called("list.append", 800_000), called("app.task:run", 40_000), called("app.task:close", 3))


def test_one_more_call_per_row_names_its_function_and_no_other() -> None:
    after = counts(*BEFORE.functions, called(STATUS, 43_368, line=77))
    found = call_changes(BEFORE, after)
    assert found.moved == (CallChange(function=STATUS, place="app/task.py:77", before=0, after=43_368),)
    assert found.difference == 43_368
    assert found.beyond(1) == 0
    assert change_text(found.moved[0]) == "app/task.py:77 app.task:_status: 0 → 43,368 calls (+43,368)"
    assert calls_line(found) == (
        "Function calls of mine on 1k/8: 840,003 → 883,371 (+5.2 %); most by app.task:_status +43,368"
    )
    table = change_table(found)
    assert table is not None
    assert table.rows == (
        (STATUS, "app/task.py:77", "0", "43,368", "+43,368"),
        ("all functions", "", "840,003", "883,371", "+43,368"),
    )


def test_what_differs_by_chance_has_not_moved_and_stays_in_the_sum() -> None:
    after = counts(called("list.append", 800_080), called("app.task:run", 39_000), called("app.task:close", 0))
    found = call_changes(BEFORE, after)
    assert [one.function for one in found.moved] == ["app.task:run"]
    assert found.difference == -923
    assert found.beyond(1) == 77
    table = change_table(found)
    assert table is not None
    assert table.rows[1][-1] == "+77"


def test_the_same_calls_give_no_table() -> None:
    found = call_changes(BEFORE, BEFORE)
    assert found.moved == ()
    assert change_table(found) is None
    assert calls_line(found) == "Function calls of mine on 1k/8: 840,003 → 840,003 (+0.00 %)"


def test_an_edit_above_a_function_does_not_change_it_and_functions_of_one_name_count_together() -> None:
    name = "app.task:run.<locals>.<lambda>"
    before = counts(called(name, 500, line=5), called(name, 400))
    after = counts(called(name, 900, line=15))
    assert call_changes(before, after).moved == ()


@pytest.mark.parametrize(("calls", "named"), [(900, True), (300, True), (20, False), (10, False)])
def test_a_function_that_a_side_does_not_name_had_at_most_as_many_calls_as_its_last(calls: int, named: bool) -> None:
    before = counts(called("list.append", 10_000), called("app.task:run", 20), others=(7, 70))
    after = counts(*before.functions, called(STATUS, calls), others=(6, 60))
    moved = call_changes(before, after).moved
    expected = CallChange(function=STATUS, place="app/task.py:10", before=20, after=calls, at_most=True)
    assert moved == ((expected,) if named else ())
    table = change_table(call_changes(before, after))
    if named:
        assert table is not None
        assert table.rows[0][2] == "≤ 20"
        assert table.footnotes == ("≤: that side names no function of so few calls.",)


def test_the_functions_that_moved_most_come_first() -> None:
    after = counts(called("list.append", 700_000), called("app.task:run", 90_000), called(STATUS, 50_000))
    assert [one.difference for one in call_changes(BEFORE, after).moved] == [-100_000, 50_000, 50_000]
