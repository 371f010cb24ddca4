"""Path changes: two call trees beside each other, function by function and call path by call path.

How their functions are matched is said at ``match``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from bench.analysis.call_paths import NONE, Amount, PathNode, paths_of, sites_of
from bench.results.call_trees import OTHER, CallFrame, CallTree


@dataclass(frozen=True, kw_only=True)
class SiteChange:
    """A SiteChange is what a function holds or spends by itself in two trees."""

    frame: CallFrame
    line: int
    """In the later tree, if it is there."""
    before: Amount
    after: Amount
    caller: CallFrame | None = None
    """Who calls it where it has most."""
    hidden: int = 0
    """How much each of its paths may still have in the tree that lacks it: paths below that are not kept."""

    @property
    def change(self) -> int:
        """By how much it grew."""
        return self.after.value - self.before.value


@dataclass(frozen=True, kw_only=True)
class PathChange:
    """A PathChange is a function reached by one call path, in two trees."""

    frame: CallFrame
    line: int
    before: Amount
    """What belongs to it and to all that it calls; ``after`` likewise."""
    after: Amount
    own_before: Amount
    own_after: Amount
    below: tuple[PathChange, ...]
    """Those that changed most first."""

    @property
    def change(self) -> int:
        """By how much it grew, with all that it calls."""
        return self.after.value - self.before.value


def site_changes(before: CallTree, after: CallTree) -> tuple[SiteChange, ...]:
    """Return every function of either tree, those that changed most first. Changes add up to that of the whole."""
    earlier, later = sites_of(before), sites_of(after)
    hidden = [tree.kept_from if CallFrame(OTHER, "") in tree.frames else 0 for tree in (before, after)]
    pairs = match([one.frame for one in earlier], [one.frame for one in later])
    callers = _callers(before, after)
    left = {one.frame: one for one in earlier}
    found = []
    for one in later:
        other = left.pop(pairs[one.frame], None) if one.frame in pairs else None
        found.append(
            SiteChange(
                frame=one.frame,
                line=one.line,
                before=other.own if other else NONE,
                after=one.own,
                caller=callers.get(one.frame),
                hidden=0 if other else hidden[0],
            )
        )
    found += (
        SiteChange(
            frame=one.frame,
            line=one.line,
            before=one.own,
            after=NONE,
            caller=callers.get(one.frame),
            hidden=hidden[1],
        )
        for one in left.values()
    )
    return tuple(sorted(found, key=lambda one: (-abs(one.change), one.frame.function, one.frame.file)))


def path_changes(before: CallTree, after: CallTree) -> tuple[PathChange, ...]:
    """Return the outermost functions of both trees with all that they call, matched caller by caller.

    The measured calls are matched whatever their names. Where one of them calls the other, as a wrapper does, those two
    are, and what is around them stands beside.
    """
    roots = _outermost(paths_of(before), paths_of(after))
    order: list[_Pair] = [_Pair(*one) for one in roots]
    for pair in order:
        pair.below = [_Pair(*one) for one in _matched_nodes(pair.before, pair.after)]
        order += pair.below
    made: dict[int, PathChange] = {}
    for pair in reversed(order):
        made[id(pair)] = _path_change(pair, [made[id(one)] for one in pair.below])
    return tuple(sorted((made[id(one)] for one in order[: len(roots)]), key=_by_change))


@dataclass
class _Pair:
    before: PathNode | None
    after: PathNode | None
    below: list[_Pair] = field(default_factory=list)


def _path_change(pair: _Pair, below: list[PathChange]) -> PathChange:
    known = pair.after or pair.before
    assert known is not None  # a pair has one side at least
    return PathChange(
        frame=known.frame,
        line=known.line,
        before=pair.before.whole if pair.before else NONE,
        after=pair.after.whole if pair.after else NONE,
        own_before=pair.before.own if pair.before else NONE,
        own_after=pair.after.own if pair.after else NONE,
        below=tuple(sorted(below, key=_by_change)),
    )


def _by_change(one: PathChange) -> tuple[int, str, str]:
    return -abs(one.change), one.frame.function, one.frame.file


_Sides = tuple[PathNode | None, PathNode | None]


def _matched_nodes(before: PathNode | None, after: PathNode | None) -> list[_Sides]:
    """Pair what two functions call; what only one of them calls has no other side."""
    return _paired(before.below if before else (), after.below if after else ())


def _paired(before: Sequence[PathNode], after: Sequence[PathNode]) -> list[_Sides]:
    pairs = match([one.frame for one in before], [one.frame for one in after])
    left = {one.frame: one for one in before}
    found: list[_Sides] = [(left.pop(pairs[one.frame]) if one.frame in pairs else None, one) for one in after]
    return [*found, *((one, None) for one in left.values())]


def _outermost(before: tuple[PathNode, ...], after: tuple[PathNode, ...]) -> list[_Sides]:
    """Pair the outermost functions; the largest on either side are the measured calls."""
    if not before or not after:
        return _paired(before, after)
    (first, *others), (second, *more) = before, after
    if not match([first.frame], [second.frame]):
        if inner := _called(second, first.frame):
            return [(first, inner), *_paired(others, [*more, *_around(second, inner)])]
        if inner := _called(first, second.frame):
            return [(inner, second), *_paired([*others, *_around(first, inner)], more)]
    return [(first, second), *_paired(others, more)]


def _called(outer: PathNode, frame: CallFrame) -> PathNode | None:
    """Return the function that matches ``frame`` and that has most of what ``outer`` calls; None if there is none."""
    node = outer
    while node.below:
        node = node.below[0]
        if match([frame], [node.frame]):
            return node
    return None


def _around(outer: PathNode, inner: PathNode) -> list[PathNode]:
    """Return ``outer`` without ``inner``, which is on its largest path; nothing where nothing is left."""
    chain = [outer]
    while chain[-1].below[0] is not inner:
        chain.append(chain[-1].below[0])
    rest: PathNode | None = None
    for one in reversed(chain):
        below = (*([rest] if rest else []), *one.below[1:])
        whole = one.own
        for each in below:
            whole = whole.plus(each.whole)
        rest = PathNode(frame=one.frame, line=one.line, own=one.own, below=below, whole=whole)
    return [rest] if rest and (rest.whole.value or rest.whole.count) else []


def match(before: Sequence[CallFrame], after: Sequence[CallFrame]) -> Mapping[CallFrame, CallFrame]:
    """Return, for functions of ``after``, those of ``before`` that they are compared with.

    First the same function in the same file. Of the rest, one in a file of the same name in another folder, which is
    how two implementations of one task are often laid out, if there is only one such on each side. All others are
    taken for different functions, however alike they are.
    """
    pairs = {one: one for one in after if one in set(before)}
    rest = [[one for one in side if one not in pairs] for side in (before, after)]
    named = [_by_name(side) for side in rest]
    for key, (frame, *others) in named[1].items():
        there = named[0].get(key, [])
        if not others and len(there) == 1:
            pairs[frame] = there[0]
    return pairs


def _by_name(frames: Iterable[CallFrame]) -> dict[tuple[str, str], list[CallFrame]]:
    found: dict[tuple[str, str], list[CallFrame]] = {}
    for one in frames:
        found.setdefault((one.function, PurePosixPath(one.file).name), []).append(one)
    return found


def _callers(*trees: CallTree) -> dict[CallFrame, CallFrame]:
    """Return, by function, who calls it where it has most of its own; the last tree that has the function decides."""
    found: dict[CallFrame, CallFrame] = {}
    for tree in trees:
        shares: dict[CallFrame, Counter[CallFrame]] = {}
        for node in tree.nodes:
            if node.parent >= 0:
                caller = tree.frame_of(tree.nodes[node.parent])
                shares.setdefault(tree.frame_of(node), Counter())[caller] += node.value
        found |= {frame: callers.most_common(1)[0][0] for frame, callers in shares.items()}
    return found
