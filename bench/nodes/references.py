"""References: what each node of a run measured of the same data, so that all are known to get the same figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum

from bench.errors import BenchError
from bench.nodes.agreement import Measured, disagreement
from bench.results.records import Results

MOST_RUNS = 3
"""How often the reference is measured on a node at most; near-exact figures differ only if they do so each time."""


class NodesDisagreeError(BenchError):
    """Two nodes got different figures where they should be the same, so that no run can be made of both."""


class Next(Enum):
    """What a node has to do next, as far as its reference decides that."""

    MEASURE = "measure the reference"
    WAIT = "wait for another node's reference"
    GO = "measure the run's cases"


class References:
    """The References of the nodes of one run. The first node is the one that others are compared with."""

    def __init__(self) -> None:
        self._known: dict[str, Measured] = {}
        self._earlier: dict[str, Measured] = {}
        """Of nodes that measured before the run was resumed, until they are compared with one of today's."""

    def keep_earlier(self, node: str, name: str, results: Results) -> None:
        """Take what a node measured before the run was resumed."""
        self._earlier[node] = _with(self._earlier.get(node), name, results)

    def is_back(self, node: str) -> None:
        """Let a node that has gone on since the run was resumed take part with what it measured before."""
        if node in self._earlier:
            self._known[node] = self._earlier.pop(node)

    def add(self, node: str, name: str, results: Results) -> None:
        """Take what ``node`` measured. Raises NodesDisagreeError."""
        self._known[node] = _with(self._known.get(node), name, results)
        for one in self._known:
            self.next_of(one)

    def forget(self, node: str) -> None:
        """Compare with ``node`` no longer: it is gone, and what it measured is not part of the run."""
        self._known.pop(node, None)

    def next_of(self, node: str) -> Next:
        """Return what ``node`` has to do next. Raises NodesDisagreeError where it does not agree with the first one."""
        own = self._known.get(node)
        if own is None:
            return Next.MEASURE
        if node == self.first:
            return Next.MEASURE if len(own.runs) < MOST_RUNS and any(self._waiting()) else Next.GO
        first = self._known[self.first]
        found = disagreement(first, own)
        if not found.sentence:
            return Next.GO
        if not found.certain and len(own.runs) < MOST_RUNS:
            return Next.MEASURE
        if not found.certain and len(first.runs) < MOST_RUNS:
            return Next.WAIT
        raise NodesDisagreeError(
            f"{found.sentence}; end one of the two, or give both the same environment, then run again with --resume, "
            "which keeps what agrees"
        )

    @property
    def first(self) -> str:
        """The node that others are compared with; '' while there is none."""
        return next(iter(self._known), "")

    def apart(self) -> dict[str, str]:
        """Return why nodes from before the run was resumed do not agree with the first one, by node, once."""
        if not self._known:
            return {}
        first = self._known[self.first]
        found = {node: disagreement(one, first).sentence for node, one in self._earlier.items()}
        self._earlier.clear()
        return {node: sentence for node, sentence in found.items() if sentence}

    def _waiting(self) -> Iterator[bool]:
        """Yield for each other node whether it has done what it can, and is not known to agree."""
        first = self._known[self.first]
        for node, one in self._known.items():
            yield node != self.first and len(one.runs) >= MOST_RUNS and bool(disagreement(first, one).sentence)


def _with(known: Measured | None, name: str, results: Results) -> Measured:
    if known is None:
        return Measured(node=name, runs=(results,))
    return replace(known, runs=(*known.runs, results))
