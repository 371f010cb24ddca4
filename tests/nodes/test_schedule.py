"""The order in which cases are handed out, and what is known of how long that takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.nodes.ledger import Ledger
from bench.nodes.schedule import longest_first, makespan
from bench.nodes.work import costs_of, works_of
from tests.support.nodes import plan


def test_a_case_goes_to_the_node_that_is_free_first() -> None:
    assert makespan([4.0, 3.0, 3.0], [0.0, 0.0]) == 6.0
    assert makespan([3.0, 3.0, 4.0], [0.0, 0.0]) == 7.0
    assert makespan([], [2.0, 5.0]) == 5.0


@given(st.lists(st.floats(0.1, 1e4), min_size=1, max_size=30), st.integers(1, 24))
def test_no_order_takes_less_than_the_longest_case_and_none_more_than_graham_says(
    seconds: list[float], nodes: int
) -> None:
    taken = makespan((seconds[place] for place in longest_first(seconds)), [0.0] * nodes)
    share = sum(seconds) / nodes
    assert max([*seconds, share]) * (1 - 1e-9) <= taken
    assert taken <= (share + (1 - 1 / nodes) * max(seconds)) * (1 + 1e-9)


def test_the_largest_scan_is_given_first_and_a_lost_one_next() -> None:
    sweep = plan("50/1", "100/2", "100/1")
    ledger = Ledger(works_of(sweep), costs_of(sweep))
    first = ledger.take()
    assert first is not None
    assert first.work.label == "100/2"
    assert ledger.take() is not None
    for lost, attempt in (("alpha", 2), ("beta", 3)):
        ledger.lose(first, f"{lost} is gone")
        assert ledger.take() is first
        assert first.attempt == attempt
    ledger.lose(first, "gamma is gone")
    assert first.reason == "100/2 was begun 3 times: alpha is gone; beta is gone; gamma is gone"
    assert ledger.take() is not first
    assert [one.scan for one in ledger.failures(("streaming",))] == ["100/2"]
