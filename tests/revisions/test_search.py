"""The search finds the planted commit in any history, and names all that it may be where commits cannot be tried."""

from __future__ import annotations

import math
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import InputError
from bench.revisions.search import Graph, Search, Standing


def line(length: int) -> Graph:
    """A history without merges, ``c0`` first; the last one is bad."""
    names = [f"c{number}" for number in range(length)]
    parents = {name: tuple(names[place - 1 : place]) if place else () for place, name in enumerate(names)}
    return Graph(parents=parents, changing=frozenset(names))


@st.composite
def graphs(draw: st.DrawFn, *, all_change: bool = False) -> Graph:
    """Any history of up to 24 commits that ends in one commit, some of which change nothing."""
    size = draw(st.integers(1, 24))
    parents: dict[str, tuple[str, ...]] = {}
    for number in range(size):
        most = min(number, 3)
        chosen = draw(st.sets(st.integers(0, number - 1), max_size=most)) if number else set()
        parents[f"c{number}"] = tuple(f"c{one}" for one in sorted(chosen))
    # What no other commit follows becomes a parent of the last one, so that it is bad's ancestor.
    heads = set(parents) - {one for found in parents.values() for one in found} - {f"c{size - 1}"}
    last = f"c{size - 1}"
    parents[last] = tuple(dict.fromkeys((*parents[last], *sorted(heads))))
    changing = set(parents)
    if not all_change:
        changing = {one for one in parents if draw(st.booleans())} or {last}
    return Graph(parents=parents, changing=frozenset(changing))


def ancestry(graph: Graph, commit: str) -> set[str]:
    """A commit and all its ancestors, found the slow way."""
    found, waiting = {commit}, list(graph.parents[commit])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += graph.parents[one]
    return found


def carried_out(graph: Graph, first_bad: str, broken: set[str]) -> tuple[Search, list[str]]:
    """Search with an oracle that knows ``first_bad`` and cannot run ``broken``."""
    search = Search(graph)
    tried: list[str] = []
    while (commit := search.next()) is not None:
        tried.append(commit)
        bad = first_bad in ancestry(graph, commit)
        search.record(commit, Standing.SKIPPED if commit in broken else Standing.BAD if bad else Standing.GOOD)
    return search, tried


@given(graphs(), st.data())
def test_the_planted_commit_is_found_in_any_history(graph: Graph, data: st.DataObject) -> None:
    first_bad = data.draw(st.sampled_from(sorted(graph.changing)))
    search, tried = carried_out(graph, first_bad, set())
    assert search.first_bad == first_bad
    assert len(tried) == len(set(tried))


@given(graphs(), st.data())
def test_with_commits_that_cannot_be_tried_the_planted_one_is_among_the_candidates(
    graph: Graph, data: st.DataObject
) -> None:
    """And a candidate besides the planted commit could not be tried, or is one below which all the others are."""
    first_bad = data.draw(st.sampled_from(sorted(graph.changing)))
    broken = data.draw(st.sets(st.sampled_from(sorted(graph.parents))))
    search, tried = carried_out(graph, first_bad, broken)
    candidates = set(search.candidates)
    assert first_bad in candidates
    assert len(tried) == len(set(tried)) <= len(graph.changing)
    tips = {one for one in candidates if candidates <= ancestry(graph, one)}
    assert candidates - broken <= tips
    assert (search.first_bad is not None) == (len(candidates) == 1)


@given(graphs(), st.data())
def test_without_broken_commits_there_are_no_more_candidates_than_one(graph: Graph, data: st.DataObject) -> None:
    first_bad = data.draw(st.sampled_from(sorted(graph.changing)))
    search, tried = carried_out(graph, first_bad, set(graph.parents) - graph.changing)
    assert search.candidates == (first_bad,)
    assert set(tried) <= graph.changing


@pytest.mark.parametrize("length", [2, 3, 8, 100, 1000])
def test_a_line_is_halved_at_every_step(length: int) -> None:
    for planted in {0, length // 3, length - 1}:
        search = Search(line(length))
        most = search.steps_left
        search, tried = carried_out(line(length), f"c{planted}", set())
        assert search.first_bad == f"c{planted}"
        assert len(tried) <= most <= math.ceil(math.log2(length)) + 1
        assert search.steps_left == 0


def test_a_run_of_broken_commits_in_the_middle_is_left_by_growing_steps() -> None:
    """One that begins in the middle of 400 commits and has 60 of them costs far fewer trials than 60."""
    broken = {f"c{number}" for number in range(180, 240)}
    search, tried = carried_out(line(400), "c300", broken)
    assert search.first_bad == "c300"
    assert len(tried) < 20


def test_a_first_bad_commit_among_broken_ones_leaves_these_and_the_one_after() -> None:
    broken = {"c4", "c5", "c6"}
    search, _ = carried_out(line(12), "c5", broken)
    assert search.candidates == ("c4", "c5", "c6", "c7")
    assert search.first_bad is None


def test_of_two_branches_the_one_with_the_change_is_found() -> None:
    graph = Graph(
        parents={"a": (), "left": ("a",), "right": ("a",), "right2": ("right",), "merge": ("left", "right2")},
        changing=frozenset({"a", "left", "right", "right2"}),
    )
    search, _ = carried_out(graph, "right2", set())
    assert search.first_bad == "right2"


def test_a_history_in_which_nothing_changes_the_code_is_refused() -> None:
    with pytest.raises(InputError, match="no commit between good and bad changes the measured code"):
        Search(Graph(parents={"a": ()}, changing=frozenset()))


def replayed(graph: Graph, known: dict[str, Standing]) -> Search:
    """A search that has gone as far as what is known goes."""
    search = Search(graph)
    while (commit := search.next()) is not None and commit in known:
        search.record(commit, known[commit])
    return search


@given(graphs(), st.integers(1, 6), st.data())
def test_commits_tried_ahead_in_any_order_lead_where_one_after_the_other_does(
    graph: Graph, most: int, data: st.DataObject
) -> None:
    """Whatever their standings are, also where no single commit explains them."""
    standings = {one: data.draw(st.sampled_from(Standing)) for one in graph.parents}
    alone = replayed(graph, standings)
    known: dict[str, Standing] = {}
    while (commit := (search := replayed(graph, known)).next()) is not None:
        ahead = list(dict.fromkeys(islice(search.ahead(known.get), most)))
        assert ahead[0] == commit
        assert not known.keys() & set(ahead)
        answered = data.draw(st.sampled_from(ahead))
        known[answered] = standings[answered]
    assert search.candidates == alone.candidates


def test_ahead_come_the_middles_of_both_halves() -> None:
    search = Search(line(16))
    assert [*islice(search.ahead(lambda _: None), 7)] == ["c7", "c11", "c3", "c13", "c9", "c5", "c1"]
    known = {"c7": Standing.GOOD, "c11": Standing.SKIPPED}
    assert [*islice(search.ahead(known.get), 3)] == ["c12", "c13", "c9"]
