"""Call paths: what functions hold or spend by themselves and with all that they call.

Lines do not count: a function is one in a file, and its lines are added up, so that an edit above it shows no change.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bench.results.call_trees import OTHER, CallFrame, CallNode, CallTree, TreeSubject
from bench.results.heap import AllocationSites
from bench.results.records import Case, Results


@dataclass(frozen=True, kw_only=True)
class Amount:
    """An Amount is a value, in the tree's unit, and how many allocations or samples are in it."""

    value: int = 0
    count: int = 0

    def plus(self, other: Amount) -> Amount:
        """Return the sum of both."""
        return Amount(value=self.value + other.value, count=self.count + other.count)


NONE = Amount()


@dataclass(frozen=True, kw_only=True)
class Site:
    """A Site is a function, what belongs to it itself, and its line with most of that."""

    frame: CallFrame
    line: int
    own: Amount


@dataclass(frozen=True, kw_only=True)
class PathNode:
    """A PathNode is a function reached by one call path, with what belongs to it itself, and all that it calls."""

    frame: CallFrame
    line: int
    own: Amount
    below: tuple[PathNode, ...]
    """Largest first."""
    whole: Amount
    """What belongs to it and to all that it calls."""


@dataclass
class _Growing:
    frame: CallFrame
    lines: Counter[int] = field(default_factory=Counter)
    own: Amount = NONE
    below: dict[CallFrame, _Growing] = field(default_factory=dict)


def tree_of(results: Results, case: Case, about: TreeSubject) -> CallTree | None:
    """Return the tree of one case; None if the run has none.

    Files before schema 4 hold only the largest lines at the peak; each of those becomes a path.
    """
    for tree in results.call_trees:
        if (tree.scan, tree.implementation, tree.about) == (*case, about):
            return tree
    if about == "peak":
        for sites in results.allocations:
            if (sites.scan, sites.implementation) == case:
                return _tree_of_lines(sites, results)
    return None


def _tree_of_lines(lines: AllocationSites, results: Results) -> CallTree:
    peaks = (
        int(one.samples[0])
        for one in results.measurements
        if (one.scan, one.implementation, one.metric) == (lines.scan, lines.implementation, "peak_heap_bytes")
    )
    known = sum(one.bytes for one in lines.sites)
    rest = max(next(peaks, known) - known, 0)
    frames = dict.fromkeys((CallFrame(OTHER, ""), *(CallFrame(one.function, one.file) for one in lines.sites)))
    places = {frame: place for place, frame in enumerate(frames)}
    nodes = [
        CallNode(-1, places[CallFrame(one.function, one.file)], one.line, one.bytes, one.count) for one in lines.sites
    ]
    return CallTree(
        scan=lines.scan,
        implementation=lines.implementation,
        about="peak",
        frames=tuple(frames),
        nodes=(*nodes, *([CallNode(-1, 0, 0, rest, 0)] if rest else [])),
        kept_from=min((one.bytes for one in lines.sites), default=0),
    )


def sites_of(tree: CallTree) -> tuple[Site, ...]:
    """Return every function with something of its own, the largest first; OTHER is one of them."""
    own: dict[CallFrame, Amount] = {}
    lines: dict[CallFrame, Counter[int]] = {}
    for node in tree.nodes:
        frame = tree.frame_of(node)
        if node.value or node.count:
            own[frame] = own.get(frame, NONE).plus(Amount(value=node.value, count=node.count))
            lines.setdefault(frame, Counter())[node.line] += node.value
    found = (Site(frame=one, line=lines[one].most_common(1)[0][0], own=amount) for one, amount in own.items())
    return tuple(sorted(found, key=lambda one: (-one.own.value, one.frame.function, one.frame.file)))


def paths_of(tree: CallTree) -> tuple[PathNode, ...]:
    """Return the outermost functions of ``tree``, the largest first: one, unless the call started threads."""
    root = _Growing(CallFrame("", ""))
    places: list[_Growing] = []
    for node in tree.nodes:
        frame = tree.frame_of(node)
        caller = root if node.parent < 0 else places[node.parent]
        one = caller.below.setdefault(frame, _Growing(frame))
        one.own = one.own.plus(Amount(value=node.value, count=node.count))
        one.lines[node.line] += node.value
        places.append(one)
    return _finished(root)


def _finished(root: _Growing) -> tuple[PathNode, ...]:
    """Return the nodes below ``root``, made from the leaves up: a path may be too deep for recursion."""
    order = [root]
    for one in order:
        order += one.below.values()
    made: dict[int, PathNode] = {}
    for one in reversed(order):
        below = sorted((made[id(each)] for each in one.below.values()), key=lambda each: -each.whole.value)
        whole = one.own
        for each in below:
            whole = whole.plus(each.whole)
        line = max(one.lines, key=lambda line: (one.lines[line], -line), default=0)
        made[id(one)] = PathNode(frame=one.frame, line=line, own=one.own, below=tuple(below), whole=whole)
    return made[id(root)].below
