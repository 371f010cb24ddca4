"""The search for the first bad commit: which commit to try next, and what is known after each trial.

A Search knows a graph of commits and what was found out, and nothing of git or of measuring. As ``git bisect`` does, it
takes for granted that a commit whose ancestors include a bad one is bad, and that all ancestors of a good one are good.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from enum import Enum

from bench.errors import InputError


class Standing(Enum):
    """What a trial of a commit found."""

    GOOD = "good"
    BAD = "bad"
    SKIPPED = "skipped"
    """It could not be run, or its figures did not decide."""


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A Graph is the commits among which the first bad one is, each after all its parents.

    They are the bad commit and its ancestors without the ancestors of the good one; ``parents`` holds of each those
    that are in the graph too.
    """

    parents: Mapping[str, tuple[str, ...]]
    """In an order in which parents come first; the last commit is the bad one."""
    changing: frozenset[str]
    """The commits whose code differs from that of all their parents: only one of these can be the first bad one."""

    @property
    def bad(self) -> str:
        """The commit that is known to be bad."""
        return tuple(self.parents)[-1]


class Search:
    """A Search narrows a graph down to the first bad commit. Deterministic: equal outcomes give equal choices."""

    def __init__(self, graph: Graph) -> None:
        self._order = tuple(graph.parents)
        self._ancestry = _ancestry(graph)
        self._bit = {commit: 1 << place for place, commit in enumerate(self._order)}
        self._changing = self._bits(graph.changing)
        # Bits of the commits that are bad, or whose standing is not known.
        self._candidates = self._ancestry[graph.bad]
        self._skipped = 0
        self._skipped_in_a_row = 0
        if not self._suspects:
            raise InputError("no commit between good and bad changes the measured code; name others")

    @property
    def candidates(self) -> tuple[str, ...]:
        """The commits of which one is the first bad one, parents first, as far as is known."""
        return self._named(self._suspects)

    @property
    def first_bad(self) -> str | None:
        """The first bad commit; None while there are several candidates."""
        found = self.candidates
        return found[0] if len(found) == 1 else None

    @property
    def steps_left(self) -> int:
        """About how many trials are still needed."""
        return max((self._suspects & ~self._skipped).bit_count() - 1, 0).bit_length()

    def next(self) -> str | None:
        """Return the commit whose trial divides the candidates best; None at the end.

        After commits that could not be tried, one further away from the middle is chosen the more of them there were in
        a row: neighbours of a broken commit are often broken as well.
        """
        total = self._suspects.bit_count()
        if total == 1:
            return None
        scored = []
        for commit in self._named(self._suspects & ~self._skipped):
            below = (self._ancestry[commit] & self._suspects).bit_count()
            if below < total:  # otherwise nothing would follow from its being bad
                scored.append((-min(below, total - below), commit))
        if not scored:
            return None
        scored.sort(key=lambda one: one[0])  # stable: of equal ones the earlier commit comes first
        return scored[min(self._skipped_in_a_row**2, len(scored) - 1)][1]

    def ahead(self, known: Callable[[str], Standing | None]) -> Iterator[str]:
        """Yield the commits of unknown standing that this search may come to, nearest first, the next one before all.

        One whose standing is ``known`` is taken for tried. Of another both outcomes are followed, good and bad, as if
        it could be run; so what is yielded is tried by the search itself, however the outcomes turn out, or not at all.
        """
        waiting = deque([self])
        while waiting:
            search = waiting.popleft()
            if (commit := search.next()) is None:
                continue
            standing = known(commit)
            if standing is None:
                yield commit
            for outcome in (Standing.GOOD, Standing.BAD) if standing is None else (standing,):
                following = copy(search)
                following.record(commit, outcome)
                waiting.append(following)

    def record(self, commit: str, standing: Standing) -> None:
        """Take note of what the trial of a candidate found."""
        if standing is Standing.SKIPPED:
            self._skipped |= self._bit[commit]
            self._skipped_in_a_row += 1
            return
        self._skipped_in_a_row = 0
        if standing is Standing.BAD:
            self._candidates &= self._ancestry[commit]
        else:
            self._candidates &= ~self._ancestry[commit]

    @property
    def _suspects(self) -> int:
        return self._candidates & self._changing

    def _bits(self, commits: Iterable[str]) -> int:
        return sum(self._bit[commit] for commit in commits)

    def _named(self, bits: int) -> tuple[str, ...]:
        return tuple(commit for commit in self._order if self._bit[commit] & bits)


def _ancestry(graph: Graph) -> dict[str, int]:
    """Return for each commit the bits of itself and of all its ancestors in the graph."""
    ancestry: dict[str, int] = {}
    for place, (commit, parents) in enumerate(graph.parents.items()):
        bits = 1 << place
        for parent in parents:
            bits |= ancestry[parent]
        ancestry[commit] = bits
    return ancestry
