"""Calls by function on two sides: which functions were called more or less often, and what that comes to in all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bench.results.calls import CallCounts, FunctionCalls
from bench.results.records import Results

LEAST_SHARE = 0.0001
"""Of all calls, the share by which those of one function must differ to count as moved: less differs by chance."""


@dataclass(frozen=True, kw_only=True)
class CallChange:
    """A CallChange is one function whose calls differ between two sides."""

    function: str
    place: str
    """``file:line`` of its definition, on the later side where it is known there; '' outside Python."""
    before: int
    after: int
    at_most: bool = False
    """Whether the smaller number is only an upper bound: that side kept no count of so few calls."""

    @property
    def difference(self) -> int:
        """How many more calls there are on the later side, or fewer below 0."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class CallChanges:
    """CallChanges are the functions whose calls moved, those that moved most first, and the sum over all functions."""

    before: CallCounts
    after: CallCounts
    moved: tuple[CallChange, ...]

    @property
    def difference(self) -> int:
        """How many more calls there are in all on the later side."""
        return self.after.total - self.before.total

    def beyond(self, shown: int) -> int:
        """What all functions but the first ``shown`` that moved come to: the rest of ``difference``."""
        return self.difference - sum(one.difference for one in self.moved[:shown])


def call_changes(before: CallCounts, after: CallCounts) -> CallChanges:
    """Return what moved from ``before`` to ``after``, by the functions' names: lines move with every edit above."""
    sides = _by_name(before), _by_name(after)
    room = LEAST_SHARE * max(before.total, after.total)
    found = []
    for name in dict.fromkeys([*sides[1], *sides[0]]):
        first, second = (side.get(name) for side in sides)
        known = second or first
        assert known is not None  # the name is of one of the two
        change = CallChange(
            function=name,
            place=f"{known.file}:{known.line}" if known.file else "",
            before=first.calls if first else before.most_calls(name),
            after=second.calls if second else after.most_calls(name),
            at_most=(first is None and before.most_calls(name) > 0) or (second is None and after.most_calls(name) > 0),
        )
        if change.at_most and (change.difference > 0) is not (first is None):
            continue  # Both numbers are as small as what a side does not name.
        if abs(change.difference) > room:
            found.append(change)
    found.sort(key=lambda one: (-abs(one.difference), one.function))
    return CallChanges(before=before, after=after, moved=tuple(found))


def counts_of(results: Results, scan: str, implementation: str) -> CallCounts | None:
    """Return the calls of one case; None where they were not counted."""
    return next((one for one in results.calls if (one.scan, one.implementation) == (scan, implementation)), None)


def changes_in(results: Results) -> tuple[CallChanges, ...]:
    """Compare each implementation with the first, on the largest data set on which both were counted."""
    base, *others = results.implementations or ("",)
    found = []
    for name in others:
        for dataset in sorted(results.datasets, key=lambda one: one.order, reverse=True):
            sides = counts_of(results, dataset.scan, base), counts_of(results, dataset.scan, name)
            if sides[0] is not None and sides[1] is not None:
                found.append(call_changes(sides[0], sides[1]))
                break
    return tuple(found)


def changes_between(before: Results, after: Results, cases: Sequence[tuple[str, str]]) -> tuple[CallChanges, ...]:
    """Compare two runs in each implementation of ``cases``, on the largest of its data sets that both counted."""
    order = {one.scan: one.order for one in after.datasets}
    largest: dict[str, CallChanges] = {}
    for scan, implementation in sorted(cases, key=lambda case: order.get(case[0], ())):
        sides = counts_of(before, scan, implementation), counts_of(after, scan, implementation)
        if sides[0] is not None and sides[1] is not None:
            largest[implementation] = call_changes(sides[0], sides[1])
    return tuple(largest.values())


def _by_name(counts: CallCounts) -> dict[str, FunctionCalls]:
    """Return the functions by name; the calls of several of one name are added up, at the place of the first."""
    groups: defaultdict[str, list[FunctionCalls]] = defaultdict(list)
    for one in counts.functions:
        groups[one.function].append(one)
    return {
        name: FunctionCalls(function=name, file=same[0].file, line=same[0].line, calls=sum(one.calls for one in same))
        for name, same in groups.items()
    }
