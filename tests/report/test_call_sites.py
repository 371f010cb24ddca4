"""The tables of where memory and time went say what changed most, and add up."""

from __future__ import annotations

from dataclasses import replace

from bench.report.table import Table
from bench.report.tables.call_sites import MOST_CHANGES, change_table, changes_of, largest_scan, site_table, trees_of
from bench.results.records import Results
from tests.support.builders import production_results
from tests.support.call_trees import call_tree

MB = 1_000_000


def run(*trees: dict[str, int], scan: str = "10k/20", about: str = "peak", kept_from: int = 1) -> Results:
    """A run whose implementations have these trees, in their order."""
    results = replace(production_results(), allocations=())
    made = (
        call_tree(lines, scan=scan, implementation=name, about=about, kept_from=kept_from)  # type: ignore[arg-type]
        for name, lines in zip(results.implementations, trees, strict=False)
    )
    return replace(results, call_trees=tuple(made))


def cells(table: Table | None) -> list[tuple[str, ...]]:
    assert table is not None
    return list(table.rows)


def test_the_functions_that_changed_most_come_first_with_before_after_and_change() -> None:
    results = run(
        {"call/build:7": 60 * MB, "call/read:3": 20 * MB, "call/same": 5 * MB},
        {"call/build:9": 10 * MB, "call/read:3": 25 * MB, "call/same": 5 * MB},
    )
    assert cells(change_table(changes_of(results, "peak"))) == [
        ("build", "app/task.py:9", "60.0 MB", "10.0 MB", "\N{MINUS SIGN}50.0 MB"),
        ("read", "app/task.py:3", "20.0 MB", "25.0 MB", "+5.00 MB"),
    ]


def test_only_the_five_largest_changes_are_shown() -> None:
    results = run({"call": MB}, {f"call/f{number}": number * MB for number in range(1, 20)})
    assert [row[0] for row in cells(change_table(changes_of(results, "peak")))] == ["f19", "f18", "f17", "f16", "f15"]
    assert MOST_CHANGES == 5


def test_what_a_pruned_tree_lacks_is_shown_as_less_than_what_it_kept() -> None:
    results = run({"call": 90 * MB, "call/(other)": 2 * MB}, {"call": 90 * MB, "call/new": 9 * MB}, kept_from=50_000)
    table = change_table(changes_of(results, "peak"))
    assert cells(table)[0] == ("new", "app/task.py:1", "< 50.0 kB", "9.00 MB", "+9.00 MB")
    assert table is not None
    assert table.footnotes == ("<: not among the paths that were kept; each of those left out is smaller than that",)


def test_times_are_compared_as_shares_and_never_shown_as_seconds() -> None:
    results = run({"call/a": 900, "call/b": 100}, {"call/a": 4_000, "call/b": 6_000}, about="time")
    rows = cells(change_table(changes_of(results, "time")))
    assert rows == [
        ("a", "app/task.py:1", "90.0 %", "40.0 %", "\N{MINUS SIGN}50.0 points"),
        ("b", "app/task.py:1", "10.0 %", "60.0 %", "+50.0 points"),
    ]
    table = site_table(trees_of(results, "time"), "scan")
    assert table is not None
    assert [column.heading for column in table.columns][4:] == ["share", "samples"]


def test_each_implementations_largest_functions_add_up_with_all_others() -> None:
    lines = {f"call/f{number}": number * MB for number in range(1, 20)}
    table = site_table(trees_of(run(lines | {"call/(other)": 3 * MB}), "peak"), "scan", 2)
    assert [row[2:] for row in cells(table)] == [
        ("f19", "app/task.py:1", "19.0 MB", "9.8 %", "1"),
        ("f18", "app/task.py:1", "18.0 MB", "9.3 %", "1"),
        ("all others", "", "156 MB", "80.8 %", "18"),
    ]


def test_of_several_data_sets_the_largest_with_trees_is_shown() -> None:
    results = run({"call": MB}, {"call": 2 * MB})
    smaller = tuple(replace(tree, scan="1k/8") for tree in results.call_trees)
    assert largest_scan(replace(results, call_trees=(*smaller, *results.call_trees)), "peak") == "10k/20"
    assert largest_scan(replace(results, call_trees=smaller), "peak") == "1k/8"
    assert largest_scan(replace(results, call_trees=()), "peak") is None
    assert change_table(changes_of(replace(results, call_trees=()), "peak")) is None


def test_changes_that_say_nothing_are_left_out() -> None:
    """Half a per cent of the peak, 100 kB of what is kept, a per cent of the time."""
    for about, whole, least in (("peak", 100 * MB, 500_000), ("retained", MB, 100_000), ("time", MB, 10_000)):
        for change, rows in ((least - 1, 0), (least, 1)):
            lines = {"call": whole}, {"call": whole - change, "call/more": change}
            table = change_table(changes_of(run(*lines, about=about), about))  # type: ignore[arg-type]
            found = [row for row in table.rows if row[0] == "more"] if table else []
            assert len(found) == rows, (about, change)
    rest = run({"call": MB}, {"call": MB, "call/(other)": 9 * MB})
    assert change_table(changes_of(rest, "peak")) is None


def test_the_same_tree_twice_has_no_changes() -> None:
    assert change_table(changes_of(run({"call": MB}, {"call": MB}), "peak")) is None
