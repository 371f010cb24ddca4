"""Two trees beside each other: what moved in the file shows no change, and changes add up to that of the whole."""

from __future__ import annotations

import pytest

from bench.analysis.path_changes import PathChange, match, path_changes, site_changes
from bench.results.call_trees import CallFrame
from tests.support.call_trees import call_tree


def flat(changes: tuple[PathChange, ...], depth: int = 0) -> list[tuple[int, str, int, int]]:
    return [
        row
        for one in changes
        for row in [(depth, one.frame.function, one.before.value, one.after.value), *flat(one.below, depth + 1)]
    ]


def test_moved_lines_show_no_change() -> None:
    before = call_tree({"call/build:7": 10, "call/read:9": 4})
    after = call_tree({"call/build:70": 10, "call/read:90": 4})
    assert [one.change for one in site_changes(before, after)] == [0, 0]
    assert all(one.change == 0 for one in path_changes(before, after))


def test_a_list_that_is_kept_is_the_largest_growth_by_function_and_by_path() -> None:
    before = call_tree({"call/persist/build": 2_000, "call/read": 9_000})
    after = call_tree({"call/persist/build": 2_000, "call/persist/keep/build": 20_000, "call/read": 8_000})
    first = site_changes(before, after)[0]
    assert (first.frame.function, first.before.value, first.after.value, first.change) == (
        "build",
        2_000,
        22_000,
        20_000,
    )
    assert first.caller is not None
    assert first.caller.function == "keep"
    assert flat(path_changes(before, after)) == [
        (0, "call", 11_000, 30_000),
        (1, "persist", 2_000, 22_000),
        (2, "keep", 0, 20_000),
        (3, "build", 0, 20_000),
        (2, "build", 2_000, 2_000),
        (1, "read", 9_000, 8_000),
    ]


def test_changes_add_up_to_that_of_the_whole() -> None:
    before = call_tree({"call/a": 5, "call/b": 7, "call/(other)": 3})
    after = call_tree({"call/b": 9, "call/c": 11, "call/(other)": 2})
    assert sum(one.change for one in site_changes(before, after)) == after.whole - before.whole
    assert sum(one.change for one in path_changes(before, after)) == after.whole - before.whole


def test_what_a_pruned_tree_lacks_may_have_been_there() -> None:
    before = call_tree({"call/a": 500, "call/(other)": 90}, kept_from=40)
    whole = call_tree({"call/a": 500})
    after = call_tree({"call/a": 500, "call/new": 30})
    hidden = {one.frame.function: one.hidden for one in site_changes(before, after)}
    assert hidden == {"a": 0, "new": 40, "(other)": 0}
    assert {one.hidden for one in site_changes(whole, after)} == {0}


def test_the_same_task_in_another_folder_is_matched_by_function_and_name_of_the_file() -> None:
    before = call_tree({"call@old/build@old": 10, "call@old/gone@old": 5})
    after = call_tree({"call@new/build@new": 30, "call@new/fresh@new": 5})
    assert flat(path_changes(before, after)) == [
        (0, "call", 15, 35),
        (1, "build", 10, 30),
        (1, "fresh", 0, 5),
        (1, "gone", 5, 0),
    ]


def test_two_candidates_are_no_match() -> None:
    one, two, other = (CallFrame("f", f"{folder}/task.py") for folder in "abc")
    assert match([one, two], [other]) == {}
    assert match([one], [other]) == {other: one}
    assert match([one, two], [two, other]) == {two: two, other: one}
    assert match([one], [CallFrame("f", "a/others.py")]) == {}


@pytest.mark.parametrize("turned", [False, True])
def test_a_wrapper_around_the_call_does_not_hide_what_is_the_same(turned: bool) -> None:
    plain = call_tree({"call/read/fetch": 8, "call/build": 2})
    wrapped = call_tree({"wrap@x/around@x/call/read/fetch": 8, "wrap@x/around@x/call/build": 2, "wrap@x": 30})
    sides = (wrapped, plain) if turned else (plain, wrapped)
    found = path_changes(*sides)
    assert sum(one.change for one in found) == sides[1].whole - sides[0].whole
    changed = [(name, after - before) for _, name, before, after in flat(found) if before != after]
    assert changed == [("wrap", -30 if turned else 30)]
    assert (0, "call", 10, 10) in flat(found)


def test_measured_calls_are_matched_whatever_their_names() -> None:
    found = path_changes(call_tree({"first@a/build": 4}), call_tree({"second@b/build": 6}))
    assert flat(found) == [(0, "second", 4, 6), (1, "build", 4, 6)]


def test_very_deep_paths_need_no_recursion() -> None:
    tree = call_tree({"/".join(["call"] * 3_000): 7})
    (one,) = path_changes(tree, tree)
    assert (one.before.value, one.after.value) == (7, 7)
