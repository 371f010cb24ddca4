"""Reads timed as the application makes them: under row-level security, each in a transaction that names its tenant."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg

from bench.compliance.reads.record import ReadSamples
from bench.compliance.targets import ROWS
from bench.compliance.typical_reads import ARGUMENTS, READS, Arguments, Read
from bench.database.access import DatabaseAccess, one_line
from bench.errors import DatabaseError, InputError

_SET_TENANT = "SELECT set_config('api.tenant_id', %s, true)"

PAIR_SECONDS = 0.05
MOST_REPEATS = 40
"""A read is repeated within a pair until either side has taken about PAIR_SECONDS: a single read of less than a
millisecond is mostly noise."""

Rows = list[tuple[Any, ...]]


def time_reads(
    access: DatabaseAccess, scan: Mapping[str, str], view: str, pairs: int, progress: Callable[[str], None]
) -> tuple[ReadSamples, ...]:
    """Time every read ``pairs`` times on the table and on ``view``, which both hold the rows of ``scan``.

    The order within pairs alternates. Pairs of one read take frameworks from the smallest to the largest, and with
    them regions and requirements. ``progress`` is called with what is read next. Raises DatabaseError, or
    InputError for a scan without rows.
    """
    with _application(access) as connection:
        session = _Session(connection, scan)
        arguments = session.arguments(pairs)
        samples = []
        for read in READS:
            progress(f"{read.title}, {pairs} pairs")
            samples.append(session.time(read, view, arguments))
    return tuple(samples)


@contextmanager
def _application(access: DatabaseAccess) -> Iterator[psycopg.Connection]:
    """A session of the application's role, which sends statements as Django does: whole, and not prepared."""
    try:
        with psycopg.connect(
            access.conninfo_as(access.app_role, application_name="bench-reader"),
            autocommit=True,
            cursor_factory=psycopg.ClientCursor,
        ) as connection:
            yield connection
    except psycopg.Error as error:
        raise DatabaseError(f"the rows cannot be read: {one_line(error)}; see the server's log") from error


class _Session:
    """The application's session for one scan."""

    def __init__(self, connection: psycopg.Connection, scan: Mapping[str, str]) -> None:
        self._connection = connection
        self._scan = scan

    def arguments(self, pairs: int) -> tuple[Arguments, ...]:
        """Return the values of each pair, spread evenly over what the scan has."""
        with self._transaction():
            known = self._connection.execute(ARGUMENTS, [self._scan["tenant_id"], self._scan["scan_id"]]).fetchall()
        if not known:
            raise InputError("no finding of the scan counts, so that there is no row to read; give a larger --scan")
        found = []
        for pair in range(pairs):
            framework, requirements, regions = known[pair * len(known) // pairs]
            found.append(
                {
                    "tenant": self._scan["tenant_id"],
                    "scan": self._scan["scan_id"],
                    "framework": framework,
                    "requirement": requirements[pair * len(requirements) // pairs],
                    "region": regions[pair % len(regions)],
                }
            )
        return tuple(found)

    def time(self, read: Read, view: str, arguments: tuple[Arguments, ...]) -> ReadSamples:
        """Time one read in pairs; before the first pair each side is read once, for what is cold then."""
        seconds: dict[str, list[float]] = {ROWS: [], view: []}
        rows: list[int] = []
        same = True
        slowest = max(self._read(read, relation, arguments[len(arguments) // 2])[0] for relation in seconds)
        repeats = max(1, min(MOST_REPEATS, round(PAIR_SECONDS / slowest)))
        for pair, values in enumerate(arguments):
            order = (ROWS, view) if pair % 2 == 0 else (view, ROWS)
            taken: dict[str, list[float]] = {ROWS: [], view: []}
            answers: dict[str, Rows] = {}
            for _ in range(repeats):
                for relation in order:
                    spent, answers[relation] = self._read(read, relation, values)
                    taken[relation].append(spent)
            for relation, times in taken.items():
                seconds[relation].append(statistics.median(times))
            rows.append(len(answers[ROWS]))
            same = same and _comparable(read, answers[ROWS]) == _comparable(read, answers[view])
        return ReadSamples(
            read=read.title,
            typical=read.typical,
            rows=tuple(rows),
            repeats=repeats,
            table_seconds=tuple(seconds[ROWS]),
            view_seconds=tuple(seconds[view]),
            same_answers=same,
        )

    def _read(self, read: Read, relation: str, values: Arguments) -> tuple[float, Rows]:
        """Return the seconds that one read took, its transaction included, and its answer."""
        start = time.perf_counter()
        with self._transaction():
            rows = self._connection.execute(read.statement(relation), values).fetchall()
        return time.perf_counter() - start, rows

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._connection.transaction():
            self._connection.execute(_SET_TENANT, [self._scan["tenant_id"]])
            yield


def _comparable(read: Read, rows: Rows) -> Rows:
    """Return an answer without the order of its rows and without the columns that differ anyway."""
    return sorted(row[read.incomparable :] for row in rows)
