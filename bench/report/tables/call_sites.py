"""Where memory and time went: the functions that hold or spend most, and those that changed most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.analysis.call_paths import Site, sites_of, tree_of
from bench.analysis.path_changes import SiteChange, site_changes
from bench.report.figures import MISSING, scale
from bench.report.table import Column, Content, Footnotes, Table
from bench.results.call_trees import OTHER, CallFrame, CallTree, TreeSubject
from bench.results.records import Results
from bench.words import plain

MOST_CHANGES = 5
"""Functions that changed most, in the terminal and in a comment."""
MOST_ROWS = 12
"""In a report."""
LEAST_PEAK_SHARE = 0.005
LEAST_RETAINED_BYTES = 100_000
LEAST_TIME_SHARE = 0.01
"""Changes below these move between two samples of the same code, and say nothing."""

TITLES: dict[TreeSubject, str] = {
    "peak": "Where the memory is: what functions hold at the peak",
    "retained": "What is still held after the call",
    "time": "Where the time goes",
}
CHANGED: dict[TreeSubject, str] = {
    "peak": "Where the peak changed most",
    "retained": "Where what is held after the call changed most",
    "time": "Where shares of the time changed most",
}
ABOUT: dict[TreeSubject, str] = {
    "peak": "A function's own allocations that are held when the heap is at its peak, those of what it calls left out. "
    "A function is compared with the one of the same name in the same file, or else in a file of the same name in "
    "another folder; its lines do not count.",
    "retained": "Bytes that the call allocated and that were not freed when it had returned and the garbage collector "
    "had run: caches that it filled, connections, what it returned.",
    "time": "Shares of one call's time, from stacks that were sampled in a pass of its own; a profiler slows the call "
    "down, so no seconds are given. `(waiting for the server)` is time in which the process waited inside the "
    "database driver, `(waiting)` time that it waited elsewhere, and `(waiting for a processor)` time in which others "
    "had the processors.",
}
_CHANGED_FOOTNOTE = "<: not among the paths that were kept; each of those left out is smaller than that"


@dataclass(frozen=True, kw_only=True)
class ChangeOf:
    """A ChangeOf is what changed from one tree to another, and what both are called."""

    base: str
    other: str
    before: CallTree
    after: CallTree

    @property
    def changes(self) -> tuple[SiteChange, ...]:
        """Those that changed most first."""
        return site_changes(self.before, self.after)


def largest_scan(results: Results, about: TreeSubject) -> str | None:
    """Return the largest data set of which some implementation has a tree; None if there is none."""
    known = [
        one
        for one in results.datasets
        if any(tree_of(results, (one.scan, name), about) for name in results.implementations)
    ]
    return max(known, key=lambda one: one.order).scan if known else None


def trees_of(results: Results, about: TreeSubject) -> tuple[CallTree, ...]:
    """Return the trees of all implementations on the largest data set that has any."""
    scan = largest_scan(results, about)
    found = (tree_of(results, (scan, name), about) for name in results.implementations) if scan else ()
    return tuple(tree for tree in found if tree is not None)


def changes_of(results: Results, about: TreeSubject) -> tuple[ChangeOf, ...]:
    """Return what changed from the first implementation to each other one on the largest data set with trees."""
    trees = trees_of(results, about)
    base = next((tree for tree in trees if tree.implementation == results.implementations[0]), None)
    if base is None:
        return ()
    return tuple(
        ChangeOf(base=base.implementation, other=tree.implementation, before=base, after=tree)
        for tree in trees
        if tree is not base
    )


def site_table(trees: Sequence[CallTree], noun: str, most: int = MOST_ROWS) -> Table | None:
    """Show the functions that hold or spend most by themselves, in each of ``trees``; None without any."""
    rows = [row for tree in trees for row in _site_rows(tree, most)]
    if not rows:
        return None
    counted = "samples" if trees[0].about == "time" else "allocations"
    columns = (
        Column(plain(noun), Content.LABEL),
        Column("implementation", Content.LABEL),
        Column("function", Content.CODE),
        Column("where", Content.CODE),
        *([] if trees[0].about == "time" else [Column("bytes")]),
        Column("share"),
        Column(counted),
    )
    return Table(columns, tuple(rows))


def _site_rows(tree: CallTree, most: int) -> Iterator[tuple[str, ...]]:
    sites = sites_of(tree)
    whole = tree.whole
    named = [one for one in sites if one.frame.function != OTHER]
    shown = named[:most]
    for one in shown:
        yield _site_row(tree, one.frame, one.line, one.own.value, one.own.count, whole)
    rest: list[Site] = [one for one in sites if one not in shown]
    if rest:
        value, count = sum(one.own.value for one in rest), sum(one.own.count for one in rest)
        yield _site_row(tree, CallFrame("all others", ""), 0, value, count, whole)


def _site_row(tree: CallTree, frame: CallFrame, line: int, value: int, count: int, whole: int) -> tuple[str, ...]:
    figures = [] if tree.about == "time" else [scale("bytes", [value]).quantity(value)]
    return (
        plain(tree.scan),
        plain(tree.implementation),
        plain(frame.function),
        place(frame, line),
        *figures,
        share(value, whole),
        f"{count:,}",
    )


def change_table(changes: Sequence[ChangeOf], most: int = MOST_CHANGES) -> Table | None:
    """Show the ``most`` functions that changed most over all of ``changes``; None if none changed enough to matter."""
    found = [
        (one, each)
        for one in changes
        for each in one.changes
        if each.frame.function != OTHER and _size(one, each) >= _least(one)
    ]
    found.sort(key=lambda pair: (-round(_size(*pair), 9), pair[1].frame.function))
    if not found:
        return None
    notes = Footnotes()
    many = len(changes) > 1
    columns = (
        *([Column("implementation", Content.LABEL)] if many else []),
        Column("function", Content.CODE),
        Column("where", Content.CODE),
        Column(plain(changes[0].base)),
        Column("other" if many else plain(changes[0].other)),
        Column("change"),
    )
    rows = tuple((*([plain(one.other)] if many else []), *_change_row(one, each, notes)) for one, each in found[:most])
    return Table(columns, rows, notes.texts())


def _size(one: ChangeOf, each: SiteChange) -> float:
    """Return by how much a function changed: in bytes, or as a share of the time."""
    if one.before.about != "time":
        return abs(each.change)
    before, after = _shares(one, each)
    return abs(after - before)


def _least(one: ChangeOf) -> float:
    """Return the least change that is worth a row."""
    match one.before.about:
        case "time":
            return LEAST_TIME_SHARE
        case "retained":
            return LEAST_RETAINED_BYTES
    return max(one.before.whole, one.after.whole) * LEAST_PEAK_SHARE


def _shares(one: ChangeOf, each: SiteChange) -> tuple[float, float]:
    return each.before.value / max(one.before.whole, 1), each.after.value / max(one.after.whole, 1)


def _change_row(one: ChangeOf, each: SiteChange, notes: Footnotes) -> tuple[str, ...]:
    name, where = plain(each.frame.function), place(each.frame, each.line)
    if one.before.about == "time":
        before, after = _shares(one, each)
        points = signed(f"{(after - before) * 100:+.1f} points")
        return name, where, f"{before * 100:.1f} %", f"{after * 100:.1f} %", points
    shown = scale("bytes", [each.change])
    sides = []
    for side, other in ((each.before, each.after), (each.after, each.before)):
        hidden = not side.value and not side.count and each.hidden and other.value
        if hidden:
            notes.legend(_CHANGED_FOOTNOTE)
        sides.append(f"< {scale('bytes', [each.hidden]).quantity(each.hidden)}" if hidden else _bytes(side.value))
    return name, where, *sides, signed(f"{each.change / shown.size:+,.{shown.decimals}f} {shown.symbol}")


def _bytes(value: int) -> str:
    return scale("bytes", [value]).quantity(value) if value else MISSING


def signed(text: str) -> str:
    """Return a number with a minus sign instead of a hyphen."""
    return text.replace("-", "\N{MINUS SIGN}")


def share(value: int, whole: int) -> str:
    """Return how much of the whole a value is."""
    return f"{value / whole * 100:.1f} %" if whole else MISSING


def place(frame: CallFrame, line: int) -> str:
    """Return where a function is: ``file:line``."""
    return plain(f"{frame.file}:{line}") if frame.file else ""
