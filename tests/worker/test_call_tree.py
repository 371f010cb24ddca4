"""A call tree keeps the whole to the byte, the largest paths, and little room."""

from __future__ import annotations

import random
import sysconfig
from pathlib import Path

from bench.files.json_file import encode_json
from bench.results.call_trees import CallTree, tree_faults
from bench.worker import __file__ as worker_package
from bench.worker.call_tree import (
    MEASURING,
    OTHER,
    CallFrame,
    CallTreeBuilder,
    PathAmounts,
    Step,
    below_the_worker,
)
from bench.worker.probes.memory import MOST_PEAK_NODES, MOST_RETAINED_NODES

WORKER = Path(worker_package).parent
MOST_BYTES = 100_000
"""By which a results file may grow for each case."""


def step(name: str, line: int = 1) -> Step:
    return (name, f"/project/app/{name}.py", line)


def tree_of(*amounts: tuple[list[Step], int], most: int = 250) -> PathAmounts:
    builder = CallTreeBuilder()
    for path, value in amounts:
        builder.add(path, value, 1)
    return builder.tree("peak", most)


def values(tree: PathAmounts) -> dict[str, int]:
    found: dict[str, int] = {}
    for node in tree.nodes:
        name = tree.frames[node.frame].function
        found[name] = found.get(name, 0) + node.value
    return found


def recorded(tree: PathAmounts) -> CallTree:
    return CallTree(
        scan="s",
        implementation="i",
        about=tree.about,
        frames=tree.frames,
        nodes=tree.nodes,
        kept_from=tree.kept_from,
    )


def test_amounts_of_one_path_are_added_up_and_those_of_other_lines_stand_apart() -> None:
    tree = tree_of(
        ([step("call"), step("build", 7)], 10),
        ([step("call"), step("build", 7)], 5),
        ([step("call"), step("build", 9)], 3),
        ([step("call")], 2),
    )
    own = sorted((tree.frames[node.frame].function, node.line, node.value, node.count) for node in tree.nodes)
    assert own == [("build", 7, 15, 2), ("build", 9, 3, 1), ("call", 1, 2, 1)]
    assert tree.frames[0] == CallFrame("call", "app/call.py")


def test_small_paths_go_into_the_rest_of_their_caller_and_the_sum_stays() -> None:
    many = [([step("call"), step(f"small{number}")], 1) for number in range(40)]
    tree = tree_of(([step("call"), step("large")], 1_000_000), *many)
    assert values(tree) == {"call": 0, "large": 1_000_000, OTHER: 40}
    (rest,) = (node for node in tree.nodes if tree.frames[node.frame].function == OTHER)
    assert (rest.count, tree.nodes[rest.parent].frame) == (40, 0)
    assert tree.kept_from == 500


def test_of_too_many_paths_the_largest_are_kept_and_the_sum_stays_to_the_byte() -> None:
    source = random.Random(5)
    amounts = []
    for _ in range(3_000):
        path = [
            step("call"),
            *(step(f"f{source.randrange(30)}", source.randrange(9)) for _ in range(source.randrange(25))),
        ]
        amounts.append((path, source.randrange(1, 100_000)))
    tree = tree_of(*amounts, most=100)
    assert sum(node.value for node in tree.nodes) == sum(value for _, value in amounts)
    assert sum(node.count for node in tree.nodes) == len(amounts)
    named = [node for node in tree.nodes if tree.frames[node.frame].function != OTHER]
    assert len(named) <= 100
    assert list(tree_faults(recorded(tree))) == []


def test_the_largest_trees_of_a_case_fit_their_room() -> None:
    """Names as long as they are kept, and as many nodes, each with a rest of its own."""
    sizes = []
    for most in (MOST_PEAK_NODES, MOST_RETAINED_NODES):
        amounts = []
        for number in range(most):
            path = [step("call"), *(step(f"{'x' * 60}{n}") for n in range(number % 40))]
            amounts += [(path, 10_000_000), ([*path, step("small")], 1)]
        sizes.append(len(encode_json(recorded(tree_of(*amounts, most=most)))))
    assert sum(sizes) <= MOST_BYTES


def test_a_path_as_deep_as_python_allows_is_kept() -> None:
    tree = tree_of(([step("call", number) for number in range(2_000)], 7), most=10_000)
    assert len(tree.nodes) == 2_000
    assert values(tree) == {"call": 7}


def test_nothing_is_a_tree_without_nodes() -> None:
    assert tree_of().nodes == ()


def test_paths_begin_at_the_measured_call() -> None:
    own = ("_call", f"{WORKER}/session.py", 1)
    caller = ("__call__", f"{WORKER}/watched_call.py", 1)
    assert list(below_the_worker([own, caller, step("call"), step("build")])) == [step("call"), step("build")]
    # What the worker does around the call, and a thread that the call started.
    assert below_the_worker([own, caller]) == MEASURING
    assert below_the_worker([own, ("_children", f"{WORKER}/watched_call.py", 1), step("glob")]) == MEASURING
    assert list(below_the_worker([step("run"), step("build")])) == [step("run"), step("build")]


def test_files_are_known_without_the_machines_part_and_libraries_are_marked() -> None:
    package, library = sysconfig.get_path("purelib"), sysconfig.get_path("stdlib")
    paths = [f"{package}/django/db/models/query.py", f"{library}/json/decoder.py", str(Path.cwd() / "app" / "task.py")]
    tree = tree_of(([(str(place), file, 1) for place, file in enumerate(paths)], 1))
    assert [(one.file, one.library) for one in tree.frames] == [
        ("django/db/models/query.py", True),
        ("json/decoder.py", True),
        ("app/task.py", False),
    ]
