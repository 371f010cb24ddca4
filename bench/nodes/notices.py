"""Notices: what a run over nodes tells the person who waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from bench.harness.progress import Progress
from bench.nodes.ledger import Ledger, Place
from bench.nodes.roll import Present, Roll
from bench.nodes.schedule import makespan
from bench.nodes.waiting import Waited
from bench.words import counted, enumerated


class Notices:
    """The Notices of one run."""

    def __init__(self, progress: Progress, ledger: Ledger, noun: str, *, timed: bool) -> None:
        """``timed`` says whether times are measured, which other nodes on a machine disturb."""
        self._progress = progress
        self._ledger = ledger
        self._counted = counted(len(ledger.places), noun)
        self._timed = timed
        self._warned: set[str] = set()

    def begin(self, kept: int) -> None:
        """Say that the run begins, of which ``kept`` data sets are measured."""
        if kept:
            self._progress.warn(f"{kept} of {self._counted} were measured before")
        self._progress.begin(self._ledger.cost)
        for case in self._ledger.finished:
            self._progress.done(self._ledger.places[case.number].cost)
        self.stage("waiting for nodes")

    def stage(self, text: str) -> None:
        """Say what has just happened."""
        self._progress.stage(f"{len(self._ledger.finished)} of {self._counted}: {text}")

    def done(self, place: Place) -> None:
        """Say that a place is measured."""
        self._progress.done(place.cost)

    def warn(self, text: str) -> None:
        """Say what went wrong."""
        self._progress.warn(text)

    def warn_once(self, text: str) -> None:
        """Say what is wrong for longer, once."""
        if text not in self._warned:
            self._warned.add(text)
            self._progress.warn(text)

    def look(self, roll: Roll, fit: list[Present], waited: Mapping[str, Waited]) -> None:
        """Say what the nodes in ``fit`` do, how long the rest will take, and what a person should know of them."""
        doing = "; ".join(_doing(one, waited.get(one.beat.node)) for one in fit)
        self._progress.detail(doing or "no node is there; start bench node")
        if (seconds := self._seconds_left(fit, waited)) is not None:
            self._progress.left(seconds)
        if roll.strangers:
            self.warn_once("a node there has another key; give it the one of this run, or leave it to others")
        for names in _on_one_machine(fit) if self._timed else ():
            self.warn_once(f"the nodes {enumerated(names)} are on one machine: what they time disturbs each other")

    def _seconds_left(self, fit: list[Present], waited: Mapping[str, Waited]) -> float | None:
        rate = self._ledger.seconds_per_cost
        if rate is None or not fit:
            return None
        now = time.monotonic()
        free = []
        for one in fit:
            own = waited.get(one.beat.node)
            place = None if own is None else own.place
            free.append(0.0 if own is None or place is None else max(0.0, place.cost * rate - (now - own.began)))
        return makespan((place.cost * rate for place in self._ledger.pending), free)


def _doing(present: Present, waited: Waited | None) -> str:
    beat = present.beat
    if waited is None:
        return f"{beat.name}: {'busy with another run' if beat.run else 'waiting'}"
    return f"{beat.name}: {beat.stage or waited.case.work.label}"


def _on_one_machine(fit: list[Present]) -> Iterator[list[str]]:
    by_boot: dict[str, list[str]] = {}
    for one in fit:
        by_boot.setdefault(one.beat.boot, []).append(one.beat.name)
    return (names for names in by_boot.values() if len(names) > 1)
