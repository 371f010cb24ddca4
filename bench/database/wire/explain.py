"""Explaining: the plan of the first statement of each kind, asked in its session right before it is executed."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Protocol

from bench.database.wire.counts import MARK, Reading
from bench.database.wire.frames import error_message, extended, query
from bench.database.wire.group import Sole
from bench.database.wire.ledger import Ledger
from bench.worker.probes.call_site import verb

_PLANNED = frozenset({"SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "TABLE", "DECLARE"})
_LASTING = re.compile(r"\bpg_(?:try_)?advisory_(?:un)?lock|\bsetval\b|\bdblink|\blo_\w+\(", re.IGNORECASE)
"""Calls whose effect a rollback does not undo."""

_OUTSIDE = (query(f"BEGIN {MARK}"), query(f"ROLLBACK {MARK}"))
_INSIDE = (
    query(f"SAVEPOINT {MARK} bench_observer"),
    query(f"ROLLBACK TO SAVEPOINT {MARK} bench_observer; RELEASE SAVEPOINT bench_observer"),
)

_CANCELLED = b"C57014"
"""The field of an ErrorResponse that says so: query_canceled."""


class RefusedError(Exception):
    """The server's answer to something of the wire's own is an error; ``frame`` is its ErrorResponse."""

    def __init__(self, frame: bytes) -> None:
        super().__init__(error_message(frame))
        self.frame = frame
        self.cancelled = _CANCELLED in frame.split(b"\0")


class Asked(Hashable, Protocol):
    """A session in which the wire may ask."""

    def ask(self, frames: bytes) -> list[list[str]]:
        """Send frames and return the rows of the answer. Raises RefusedError."""

    def pending(self) -> Reading | None:
        """Return what the session has not reported."""


class Explainer:
    """An Explainer has the server explain the first statement of each kind, once.

    Where it ``executes``, that is EXPLAIN (ANALYZE, BUFFERS, WAL): the statement runs one time more, and what it did is
    rolled back. Nothing that is counted in such a pass is worth keeping.
    """

    def __init__(self, ledger: Ledger, kind: Callable[[str], str], *, executes: bool) -> None:
        self._ledger = ledger
        self._kind = kind
        self._executes = executes
        self._explained: set[str] = set()
        what = "ANALYZE, BUFFERS, WAL, TIMING off, " if executes else ""
        self._command = f"EXPLAIN {MARK} ({what}SETTINGS, FORMAT JSON) "

    def begin(self) -> None:
        """Forget the statements so far."""
        self._explained.clear()

    def explain(self, session: Asked, sole: Sole, *, in_transaction: bool) -> bytes:
        """Explain the statement that ``session`` is about to execute, if it is the first of its kind.

        What that costs does not count. A statement that cannot be explained has no plan. Where that ends the session's
        transaction, or was cancelled by the client, the server's ErrorResponse is returned, else b"".
        """
        kind = self._kind(sole.text)
        # Of several statements in one Query, all but the first would be executed.
        if kind in self._explained or verb(kind) not in _PLANNED or ";" in kind.rstrip("; "):
            return b""
        self._explained.add(kind)
        command = extended(self._command.encode() + sole.text.encode(), sole.types, sole.parameters)
        try:
            if self._executes:
                rows = self._executed(session, command, kind, in_transaction=in_transaction)
            else:
                rows = session.ask(command)
        except RefusedError as error:
            return error.frame if in_transaction or error.cancelled else b""
        self._ledger.work_of(kind).plan = "".join(row[0] for row in rows)
        self._ledger.ignore(session, session.pending)
        return b""

    def _executed(self, session: Asked, command: bytes, kind: str, *, in_transaction: bool) -> list[list[str]]:
        """Explain by executing, and undo what was done."""
        if _LASTING.search(kind):
            return []
        before, after = _INSIDE if in_transaction else _OUTSIDE
        session.ask(before)
        rows: list[list[str]] = []
        with suppress(RefusedError):  # the statement itself will fail as well
            rows = session.ask(command)
        session.ask(after)
        return rows
