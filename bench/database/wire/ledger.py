"""The ledger: divides what the server has counted among the statements that made it count."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.database.wire.counts import NONE, Counts, Reading


class Executed(NamedTuple):
    """A statement that was executed once, as its kind."""

    kind: str
    rows: int
    """Those that the server says it returned or wrote."""
    source: str
    """The kind whose rows and work they are: for a FETCH its cursor's DECLARE, else the kind itself."""


@dataclass
class Work:
    """The Work of a kind of statement is what all its executions made the server do."""

    calls: int = 0
    rows: int = 0
    wal: int = 0
    """Bytes."""
    counts: dict[int, Counts] = field(default_factory=dict)
    """By the relation's object id."""
    plan: str = ""
    """What EXPLAIN said before the first one, as JSON; '' where it was not asked."""


class Ledger:
    """A Ledger holds the work of each kind of statement since ``begin``.

    At any moment when no statement runs, what all sessions have reported and what each of them has not reported yet
    add up to everything that was done. What a reading adds to that sum is the work of the statements since the last
    one. So it does not matter when, and in how many pieces, a session reports. Statements that several sessions run at
    the same time cannot be separated so; ``overlapped`` says that there were some.
    """

    def __init__(self, reported: Callable[[], Reading]) -> None:
        """``reported`` reads what all sessions have reported."""
        self._read_reported = reported
        self._lock = threading.RLock()
        self._reported: Mapping[int, Counts] = {}
        self._pending: dict[Hashable, Mapping[int, Counts]] = {}
        self._accounted: dict[int, Counts] = {}
        self._wal = 0
        self._busy: set[Hashable] = set()
        self.works: dict[str, Work] = {}
        """By kind."""
        self.names: dict[int, str] = {}
        """Of relations."""
        self.overlapped = False
        self._account(self._with_reported())

    def begin(self) -> None:
        """Forget the statements so far."""
        with self._lock:
            self._account(self._with_reported())
            self.works = {}
            self.overlapped = False

    def runs(self, session: Hashable) -> None:
        """Note that ``session`` has begun a statement."""
        with self._lock:
            self.overlapped = self.overlapped or bool(self._busy - {session})
            self._busy.add(session)

    def rests(self, session: Hashable) -> None:
        """Note that it has ended."""
        with self._lock:
            self._busy.discard(session)

    def work_of(self, kind: str) -> Work:
        """Return the work of one kind."""
        with self._lock:
            return self.works.setdefault(kind, Work())

    def add(self, executed: Sequence[Executed]) -> None:
        """Add statements that are known to make the server do nothing."""
        with self._lock:
            for one in executed:
                self._count(one)

    def settle(
        self, session: Hashable, executed: Sequence[Executed], culprit: str, pending: Callable[[], Reading | None]
    ) -> None:
        """Add statements of ``session`` that have just ended; what was done since the last reading is ``culprit``'s.

        ``pending`` reads what the session has not reported; None where it has just reported everything.
        """
        with self._lock:
            own = pending()
            added, wal = self._account(self._with(session, own))
            for one in executed:
                self._count(one)
            work = self.work_of(culprit)
            work.wal += wal
            for oid, counts in added.items():
                work.counts[oid] = work.counts.get(oid, NONE).plus(counts)

    def ignore(self, session: Hashable, pending: Callable[[], Reading | None]) -> None:
        """Leave out what was done since the last reading: it was the wire's own."""
        with self._lock:
            self._account(self._with(session, pending()))

    def ended(self, session: Hashable) -> None:
        """Note that ``session`` is gone, with all that it had not reported."""
        with self._lock:
            self._busy.discard(session)
            if self._pending.pop(session, None) is not None:
                self._account(self._with_reported())

    def _count(self, one: Executed) -> None:
        work = self.work_of(one.kind)
        work.calls += 1
        self.work_of(one.source).rows += one.rows

    def _with(self, session: Hashable, pending: Reading | None) -> Reading:
        if pending is None:
            self._pending[session] = {}
            return self._with_reported()
        self._pending[session] = pending.counts
        return pending

    def _with_reported(self) -> Reading:
        found = self._read_reported()
        self._reported = found.counts
        return found

    def _account(self, latest: Reading) -> tuple[dict[int, Counts], int]:
        """Return what was done since the last time, by relation, and the WAL that was written."""
        self.names.update(latest.names)
        total: dict[int, Counts] = dict(self._reported)
        for pending in self._pending.values():
            for oid, counts in pending.items():
                total[oid] = total.get(oid, NONE).plus(counts)
        added = {}
        for oid, counts in total.items():
            since = counts.since(self._accounted.get(oid, NONE))
            if any(since):
                added[oid] = since
        # One that is dropped takes its counts along, and one of the same number cannot come again.
        self._accounted = {**self._accounted, **total}
        wal, self._wal = max(latest.wal - self._wal, 0), max(latest.wal, self._wal)
        return added, wal
