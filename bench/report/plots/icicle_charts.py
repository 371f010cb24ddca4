"""The icicles of a run: where memory and time went, and what changed from one implementation to another."""

from __future__ import annotations

from collections.abc import Iterator

from bench.analysis.call_paths import PathNode, paths_of
from bench.analysis.path_changes import PathChange, path_changes
from bench.report.figures import quantity, scale
from bench.report.plots.icicle import IcicleBox, IcicleChart, Shade
from bench.report.tables.call_sites import ChangeOf, changes_of, place, share, signed, trees_of
from bench.results.call_trees import OTHER, CallFrame, CallTree, TreeSubject
from bench.results.records import Results
from bench.words import plain

ICICLE_PREFIX = "where-"
"""Of the name of every icicle."""

_ROOTS: dict[TreeSubject, str] = {
    "peak": "held at the peak",
    "retained": "held after the call",
    "time": "time of the call",
}
_WHAT: dict[TreeSubject, str] = {"peak": "memory", "retained": "kept", "time": "time"}
_MOST_NAMED = 3
LEAST_SHARE = 0.002
"""Of the whole width; below it a box cannot be seen, and its place stays empty."""


def icicle_charts(results: Results, about: TreeSubject) -> tuple[IcicleChart, ...]:
    """Return what changed from the first implementation to each other one, and then each implementation alone.

    None of what is held after the call, which is little where nothing is wrong, and has its table. None where lines
    alone are known.
    """
    names = {name: place for place, name in enumerate(results.implementations)}
    changes = [one for one in changes_of(results, about) if _has_paths(one.before) or _has_paths(one.after)]
    trees = [tree for tree in trees_of(results, about) if tree.whole and _has_paths(tree)]
    if about == "retained":
        return ()
    return (
        *(change_icicle(one, names[one.other]) for one in changes),
        *(tree_icicle(one, names[one.implementation]) for one in trees),
    )


def _has_paths(tree: CallTree) -> bool:
    return any(node.parent >= 0 for node in tree.nodes)


def tree_icicle(tree: CallTree, number: int) -> IcicleChart:
    """Return one tree as boxes; ``number`` is the place of its implementation in the run."""
    boxes = tuple(_tree_boxes(tree))
    what = f"{tree.implementation} on {tree.scan}: "
    if tree.about == "time":
        what += "where its time goes"
    else:
        what += f"{quantity('bytes', tree.whole)} {_ROOTS[tree.about]}"
    return IcicleChart(
        name=f"{ICICLE_PREFIX}{_WHAT[tree.about]}-{number}",
        title=plain(what),
        alt=plain(f"{what}. {_largest(boxes)}"),
        boxes=boxes,
        compares=False,
    )


def change_icicle(change: ChangeOf, number: int) -> IcicleChart:
    """Return two trees as boxes, each as wide as the larger side; ``number`` is the place of the other in the run."""
    boxes = tuple(_change_boxes(change))
    about = change.before.about
    what = f"From {change.base} to {change.other} on {change.before.scan}: "
    if about == "time":
        what += "how shares of the time moved"
    else:
        what += f"{_amounts(change.before.whole, change.after.whole)} {_ROOTS[about]}"
    changed = sorted(boxes[1:], key=lambda box: -abs(box.change * box.size))[:_MOST_NAMED]
    named = "; ".join(f"{box.label}: {box.details[-1]}" for box in changed)
    return IcicleChart(
        name=f"{ICICLE_PREFIX}{_WHAT[about]}-change-{number}",
        title=plain(what),
        alt=plain(f"{what}. {named}"),
        boxes=boxes,
        compares=True,
    )


def _largest(boxes: tuple[IcicleBox, ...]) -> str:
    outermost = [box for box in boxes if box.parent == 0]
    inner = boxes
    if len(outermost) == 1:  # the call itself, of which nobody needs to be told
        inner = tuple(box for box in boxes if box.parent == boxes.index(outermost[0]))
    else:
        inner = tuple(outermost)
    named = sorted(inner, key=lambda box: -box.size)[:_MOST_NAMED]
    return "; ".join(f"{box.label}: {box.details[-1]}" for box in named)


def _tree_boxes(tree: CallTree) -> Iterator[IcicleBox]:
    whole = tree.whole
    yield IcicleBox(
        parent=-1, label=_ROOTS[tree.about], details=(_tree_text(tree, whole),), size=whole, shade=Shade.REST
    )
    waiting: list[tuple[int, PathNode]] = [(0, one) for one in paths_of(tree)]
    number = 0
    while waiting:
        parent, node = waiting.pop(0)
        if node.whole.value < whole * LEAST_SHARE:
            continue
        number += 1
        yield IcicleBox(
            parent=parent,
            label=plain(node.frame.function),
            details=(*_where(node.frame, node.line), _tree_text(tree, node.whole.value)),
            size=node.whole.value,
            shade=_shade(node.frame),
        )
        waiting += ((number, one) for one in node.below)


def _tree_text(tree: CallTree, value: int) -> str:
    part = share(value, tree.whole)
    return part if tree.about == "time" else f"{quantity('bytes', value)}, {part}"


def _change_boxes(change: ChangeOf) -> Iterator[IcicleBox]:
    roots = path_changes(change.before, change.after)
    scales = _Scales(change)
    order = list(roots)
    for one in order:
        order += one.below
    sizes: dict[int, int] = {}
    for one in reversed(order):
        own = max(scales.before(one.own_before.value), scales.after(one.own_after.value))
        sizes[id(one)] = own + sum(sizes[id(each)] for each in one.below)
    whole = sum(sizes[id(one)] for one in roots)
    yield IcicleBox(
        parent=-1,
        label=_ROOTS[change.before.about],
        details=(scales.text(change.before.whole, change.after.whole),),
        size=whole,
        shade=Shade.REST,
    )
    waiting: list[tuple[int, PathChange]] = [(0, one) for one in roots]
    number = 0
    while waiting:
        parent, node = waiting.pop(0)
        size = sizes[id(node)]
        if size < whole * LEAST_SHARE:
            continue
        number += 1
        grown = scales.after(node.after.value) - scales.before(node.before.value)
        yield IcicleBox(
            parent=parent,
            label=plain(node.frame.function),
            details=(*_where(node.frame, node.line), scales.text(node.before.value, node.after.value)),
            size=size,
            shade=_shade(node.frame),
            change=max(-1.0, min(1.0, grown / size)),
        )
        waiting += ((number, one) for one in node.below)


class _Scales:
    """Brings both sides of a change to one scale: bytes as they are, times as millionths of their own whole."""

    def __init__(self, change: ChangeOf) -> None:
        self._time = change.before.about == "time"
        self._wholes = max(change.before.whole, 1), max(change.after.whole, 1)

    def before(self, value: int) -> int:
        return value * 1_000_000 // self._wholes[0] if self._time else value

    def after(self, value: int) -> int:
        return value * 1_000_000 // self._wholes[1] if self._time else value

    def text(self, before: int, after: int) -> str:
        if not self._time:
            return _amounts(before, after)
        return f"{share(before, self._wholes[0])} → {share(after, self._wholes[1])}"


def _amounts(before: int, after: int) -> str:
    shown = scale("bytes", [before, after])
    change = f"{(after - before) / shown.size:+,.{shown.decimals}f}"
    return f"{shown.figure(before)} → {shown.figure(after)} {shown.symbol} ({signed(change)})"


def _where(frame: CallFrame, line: int) -> tuple[str, ...]:
    where = place(frame, line)
    return (where,) if where else ()


def _shade(frame: CallFrame) -> Shade:
    if frame.function.startswith("(waiting"):
        return Shade.WAITING
    if frame.function == OTHER:
        return Shade.REST
    return Shade.LIBRARY if frame.library else Shade.OWN
