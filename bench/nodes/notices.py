"""Notices: what a run over nodes tells the person who waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from bench.harness.progress import Progress
from bench.nodes.ledger import Ledger, Place
from bench.nodes.roll import Present, Roll
from bench.nodes.schedule import makespan
from bench.nodes.waiting import Waited
from bench.words import counted, enumerated


class Course(Protocol):
    """A Course is how far a run is, as its notices have it."""

    @property
    def work(self) -> float:
        """How much there is to do, in rows written; 0 for a run that does not know."""
        ...

    @property
    def before(self) -> str:
        """Say what was measured before the run was resumed; '' for nothing."""
        ...

    @property
    def heading(self) -> str:
        """How far it is, such as ``3 of 24 scans``."""
        ...

    def seconds_left(self, free: Sequence[float]) -> float | None:
        """Return how long the rest takes nodes that are ``free`` in so many seconds; None while nobody knows."""
        ...


class Planned:
    """The Planned course is that of a run which knows all its cases at its beginning."""

    def __init__(self, ledger: Ledger, noun: str) -> None:
        self._ledger = ledger
        self._counted = counted(len(ledger.places), noun)

    @property
    def work(self) -> float:
        """See ``Course``."""
        return self._ledger.cost

    @property
    def before(self) -> str:
        """See ``Course``."""
        return f"{self.heading} were measured before" if self._ledger.finished else ""

    @property
    def heading(self) -> str:
        """See ``Course``."""
        return f"{len(self._ledger.finished)} of {self._counted}"

    def seconds_left(self, free: Sequence[float]) -> float | None:
        """See ``Course``."""
        rate = self._ledger.seconds_per_cost
        return None if rate is None else makespan((place.cost * rate for place in self._ledger.pending), free)


class Notices:
    """The Notices of one run."""

    def __init__(self, progress: Progress, ledger: Ledger, course: Course, *, timed: bool) -> None:
        """``timed`` says whether times are measured, which other nodes on a machine disturb."""
        self._progress = progress
        self._ledger = ledger
        self._course = course
        self._timed = timed
        self._warned: set[str] = set()

    def begin(self) -> None:
        """Say that the run begins, or goes on."""
        if before := self._course.before:
            self._progress.warn(before)
        self._progress.begin(self._course.work)
        for case in self._ledger.finished:
            self.done(self._ledger.places[case.number])
        self.stage("waiting for nodes")

    def stage(self, text: str) -> None:
        """Say what has just happened."""
        self._progress.stage(f"{self._course.heading}: {text}")

    def done(self, place: Place) -> None:
        """Say that a place is measured."""
        if self._course.work:
            self._progress.done(place.cost)

    def warn(self, text: str) -> None:
        """Say what went wrong."""
        self._progress.warn(text)

    def warn_once(self, text: str) -> None:
        """Say what is wrong for longer, once."""
        if text not in self._warned:
            self._warned.add(text)
            self._progress.warn(text)

    def look(self, roll: Roll, fit: Sequence[Present], waited: Mapping[str, Waited]) -> None:
        """Say what the nodes in ``fit`` do, how long the rest will take, and what a person should know of them."""
        doing = "; ".join(_doing(one, waited.get(one.beat.node)) for one in fit)
        self._progress.detail(doing or "no node is there; start bench node")
        if (seconds := self._seconds_left(fit, waited)) is not None:
            self._progress.left(seconds)
        if roll.strangers:
            self.warn_once("a node there has another key; give it the one of this run, or leave it to others")
        for names in _on_one_machine(fit) if self._timed else ():
            self.warn_once(f"the nodes {enumerated(names)} are on one machine: what they time disturbs each other")

    def _seconds_left(self, fit: Sequence[Present], waited: Mapping[str, Waited]) -> float | None:
        if not fit:
            return None
        rate, now = self._ledger.seconds_per_cost or 0.0, time.monotonic()
        free = []
        for one in fit:
            own = waited.get(one.beat.node)
            place = None if own is None else own.place
            free.append(0.0 if own is None or place is None else max(0.0, place.cost * rate - (now - own.began)))
        return self._course.seconds_left(free)


def _doing(present: Present, waited: Waited | None) -> str:
    beat = present.beat
    if waited is None:
        return f"{beat.name}: {'busy with another run' if beat.run else 'waiting'}"
    return f"{beat.name}: {beat.stage or waited.title}"


def _on_one_machine(fit: Sequence[Present]) -> Iterator[list[str]]:
    by_boot: dict[str, list[str]] = {}
    for one in fit:
        by_boot.setdefault(one.beat.boot, []).append(one.beat.name)
    return (names for names in by_boot.values() if len(names) > 1)
