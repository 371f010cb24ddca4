"""The order in which cases are handed out, and what is known of how long that takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bench.nodes.kept import KeptCase, Wanted
from bench.nodes.ledger import Ledger, Place
from bench.nodes.schedule import longest_first, makespan
from bench.nodes.work import costs_of, works_of
from tests.support.node_case import results_of
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
    ledger = Ledger.of(works_of(sweep), costs_of(sweep))
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


def step(name: str, only: str = "") -> Wanted:
    """A case that is to be measured."""
    return Wanted(step=name, work=works_of(plan("50/1"))[0], title=name, cost=1.0, only=only)


def test_further_pairs_are_given_to_the_node_of_the_first_and_begin_again_where_it_is_gone() -> None:
    ledger = Ledger()
    ledger.want([step("one/0"), step("two/0")])
    first = ledger.take("alpha")
    assert first is not None
    ledger.finish(ended(first, "alpha"))
    ledger.want([step("two/0"), step("one/1", only="alpha")])
    second = ledger.take("beta")
    assert second is not None
    assert second.title == "two/0"
    assert ledger.take("beta") is None
    more = ledger.take("alpha")
    assert more is not None
    assert more.title == "one/1"
    ledger.lose(more, "alpha is gone")
    ledger.begin_again(first, [more])
    assert ledger.at("one/1") is None
    again = ledger.take("beta")
    assert again is first
    assert (again.attempts, again.attempt) == (1, 2)


def test_what_nobody_wants_any_more_is_withdrawn_and_no_number_is_used_twice() -> None:
    ledger = Ledger()
    assert ledger.want([step("one"), step("two")]) == ()
    given = ledger.take("alpha")
    assert given is not None
    assert [one.title for one in ledger.want([step("three"), step("two")])] == ["one"]
    assert [one.title for one in ledger.pending] == ["three", "two"]
    ledger.give_back(given)
    assert [one.title for one in ledger.pending] == ["three", "two"]
    ledger.want([step("four")])
    assert [one.number for one in ledger.places.values()] == [3]
    ledger.want([])
    assert not ledger.open


def ended(place: Place, node: str) -> KeptCase:
    """What a node measured of a place."""
    return KeptCase(
        schema=1,
        number=place.number,
        label="50/1",
        node=node,
        name=node,
        attempt=place.attempt,
        seconds=1.0,
        ended=0.0,
        wanted=place.wanted,
        results=results_of(place.work),
    )
