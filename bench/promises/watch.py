"""Watching: readers on connections of their own take snapshot after snapshot while an implementation runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from bench.errors import DatabaseError
from bench.harness.targets import observe
from bench.promises.lane import Lane, UntriedError
from bench.results.promises import Holding, Snapshot

READERS = 2


class Seen:
    """What was Seen so far: how many snapshots found both tables in which state, and how long those took."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Holding, Holding], tuple[int, float]] = {}

    def add(self, holdings: tuple[Holding, Holding], count: int, seconds: float) -> None:
        """Add snapshots of rows and summaries in one state."""
        counted, taken = self._seen.get(holdings, (0, 0.0))
        self._seen[holdings] = (counted + count, taken + seconds)

    def take_in(self, other: Seen) -> None:
        """Add all of another's."""
        for holdings, (count, seconds) in other._seen.items():
            self.add(holdings, count, seconds)

    def readings(self) -> tuple[Snapshot, ...]:
        """Return all of it, in the order in which a run goes through the states."""
        order = list(Holding)
        return tuple(
            Snapshot(rows=rows, summaries=summaries, count=count, seconds=seconds)
            for (rows, summaries), (count, seconds) in sorted(
                self._seen.items(), key=lambda item: [order.index(holding) for holding in item[0]]
            )
        )


def watch(lane: Lane, rounds: int) -> tuple[tuple[Snapshot, ...], bool]:
    """Watch ``rounds`` undisturbed runs; return what was seen, and whether the bystanders stayed.

    Raises UntriedError where a run fails or leaves wrong rows.
    """
    seen = Seen()
    unchanged = True
    for _ in range(rounds):
        lane.turn()
        with lane.ready(lane.request()) as (worker,), _reading(lane, seen):
            worker.send()
            ended = lane.end_of(worker)
        sight = lane.look()
        wrong = lane.fault_of(ended, sight)
        if wrong:
            raise UntriedError(f"where nothing disturbed it: {wrong}")
        unchanged = unchanged and sight.bystanders == lane.bystanders
    return seen.readings(), unchanged


@contextmanager
def _reading(lane: Lane, seen: Seen) -> Iterator[None]:
    """Have readers add to ``seen`` until the block ends. Raises DatabaseError where one of them failed."""
    over = Event()
    errors: list[DatabaseError] = []
    seen_by = [Seen() for _ in range(READERS)]

    def read(mine: Seen) -> None:
        try:
            with observe(lane.access) as connection:
                while not over.is_set():
                    start = time.perf_counter()
                    holdings = lane.versions.glance(connection, lane.target)
                    mine.add(holdings, 1, time.perf_counter() - start)
        except DatabaseError as error:
            errors.append(error)

    readers = [Thread(target=read, args=[one], name="reader") for one in seen_by]
    try:
        for reader in readers:
            reader.start()
        yield
    finally:
        over.set()
        for reader in readers:
            reader.join()
    for one in seen_by:
        seen.take_in(one)
    for error in errors:
        raise error
