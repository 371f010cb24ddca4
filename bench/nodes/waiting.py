"""Waiting: the cases that nodes have, and whether one of them is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.nodes.ledger import Place
from bench.nodes.messages import Case
from bench.nodes.roll import Roll


@dataclass
class Waited:
    """A Waited is a case that a node has, and since when it is not known to work on it."""

    case: Case
    name: str
    """The node's."""
    place: Place | None
    """None for the node's reference."""
    began: float
    since: float

    @property
    def title(self) -> str:
        """What messages call what it measures."""
        return self.case.work.label if self.place is None else self.place.title


class Waiting(Mapping[str, Waited]):
    """Waiting is what a run waits for, by node: one case each."""

    def __init__(self, lost_seconds: float) -> None:
        """A case is lost if its node is gone, or has not worked on it for ``lost_seconds``."""
        self._lost_seconds = lost_seconds
        self._waited: dict[str, Waited] = {}
        self._reached = time.monotonic()

    def __getitem__(self, node: str) -> Waited:
        """Return what ``node`` has."""
        return self._waited[node]

    def __iter__(self) -> Iterator[str]:
        """Yield the nodes."""
        return iter(self._waited)

    def __len__(self) -> int:
        """Return how many nodes have a case."""
        return len(self._waited)

    def begin(self, case: Case, name: str, place: Place | None) -> None:
        """Wait for what the node called ``name`` has just been given."""
        now = time.monotonic()
        self._waited[case.node] = Waited(case, name, place, now, now)

    def end(self, node: str) -> None:
        """Wait for ``node`` no longer."""
        del self._waited[node]

    def reached(self) -> None:
        """Note that the broker is reached, and leave the time in which it was not out of every silence."""
        now = time.monotonic()
        gap = now - self._reached
        self._reached = now
        if gap > self._lost_seconds / 2:
            for one in self._waited.values():
                one.since += gap

    def loss(self, node: str, roll: Roll) -> str:
        """Say how the case that ``node`` has is lost; '' where it is not."""
        present, waited, now = roll.get(node), self._waited[node], time.monotonic()
        if present is None:
            return "is gone"
        beat, case = present.beat, waited.case
        if (beat.run, beat.number, beat.attempt) == (case.run, case.number, case.attempt):
            waited.since = now
        return "has lost it" if now - waited.since > self._lost_seconds else ""
