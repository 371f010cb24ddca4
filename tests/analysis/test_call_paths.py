"""What functions hold by themselves and with all that they call, whatever their lines."""

from __future__ import annotations

from dataclasses import replace

from bench.analysis.call_paths import paths_of, sites_of, tree_of
from bench.results.call_trees import OTHER
from tests.support.builders import production_results
from tests.support.call_trees import call_tree


def test_a_functions_lines_and_paths_are_added_up_and_the_largest_line_is_named() -> None:
    tree = call_tree({"call/build:7": 10, "call/other/build:9": 30, "call": 1})
    sites = [(one.frame.function, one.own.value, one.line) for one in sites_of(tree)]
    assert sites == [("build", 40, 9), ("call", 1, 1)]


def test_the_whole_is_what_a_function_holds_with_all_that_it_calls() -> None:
    (call,) = paths_of(call_tree({"call/build:7": 10, "call/build:8": 5, "call/read": 2, "call": 1}))
    assert (call.whole.value, call.own.value, call.whole.count) == (18, 1, 4)
    assert [(one.frame.function, one.whole.value) for one in call.below] == [("build", 15), ("read", 2)]


def test_very_deep_paths_need_no_recursion() -> None:
    tree = call_tree({"/".join(["call"] * 3_000): 7})
    (node,) = paths_of(tree)
    assert node.whole.value == 7


def test_files_of_earlier_schemas_have_each_line_as_a_path_and_the_rest_of_the_peak() -> None:
    results = production_results()
    results = replace(results, allocations=tuple(replace(one, sites=one.sites[1:]) for one in results.allocations))
    tree = tree_of(results, ("10k/20", "streaming"), "peak")
    assert tree is not None
    lines = next(one for one in results.allocations if (one.scan, one.implementation) == ("10k/20", "streaming"))
    peak = next(
        one.samples[0]
        for one in results.measurements
        if (one.scan, one.implementation, one.metric) == ("10k/20", "streaming", "peak_heap_bytes")
    )
    assert tree.whole == peak
    assert tree.kept_from == min(one.bytes for one in lines.sites)
    assert {one.frame.function for one in sites_of(tree)} == {OTHER, *(one.function for one in lines.sites)}
    assert tree_of(results, ("10k/20", "streaming"), "time") is None
