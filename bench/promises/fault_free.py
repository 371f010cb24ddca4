"""Runs without a fault: read meanwhile, called for data of another owner, and two at the same time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psycopg

from bench.errors import DatabaseError
from bench.harness.targets import observe
from bench.jobs.job import Arguments
from bench.promises.sandbox import RunResult, Sandbox, UndisturbedFailureError
from bench.promises.server_faults import left_over
from bench.promises.versions import besides
from bench.results.promises import SAME_DATA, Holding, Race, Refusal, Snapshot
from bench.results.records import TableDigest

READERS = 2

DELAYS = (0.0, 0.2, 0.5, 0.8)
"""How much later a second run on the same data starts, as a share of an undisturbed run's time; one race for each."""
RIVAL_DELAYS = (0.0, 0.3)
"""The same of a run on other data."""

Digests = tuple[TableDigest, ...]
"""Of one call's rows in each target."""


class SnapshotCounts:
    """SnapshotCounts holds how many snapshots found the tables in each state, and how long those took."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Holding, ...], tuple[int, float]] = {}

    def add(self, holdings: tuple[Holding, ...], count: int, seconds: float) -> None:
        """Add snapshots of all targets in one state."""
        counted, taken = self._counts.get(holdings, (0, 0.0))
        self._counts[holdings] = (counted + count, taken + seconds)

    def update(self, other: SnapshotCounts) -> None:
        """Add everything that ``other`` holds."""
        for holdings, (count, seconds) in other._counts.items():
            self.add(holdings, count, seconds)

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Return one record per state, in the order in which a run goes through the states."""
        order = list(Holding)
        return tuple(
            Snapshot(tables=tables, count=count, seconds=seconds)
            for tables, (count, seconds) in sorted(
                self._counts.items(), key=lambda item: [order.index(holding) for holding in item[0]]
            )
        )


def watch_runs(sandbox: Sandbox, rounds: int) -> tuple[tuple[Snapshot, ...], bool]:
    """Read during ``rounds`` undisturbed runs; return what readers saw, and whether bystanders were unchanged.

    Raises UndisturbedFailureError if a run fails or leaves wrong rows.
    """
    counts = SnapshotCounts()
    unchanged = True
    for _ in range(rounds):
        sandbox.flip()
        with sandbox.ready_workers(sandbox.request()) as (worker,), _readers(sandbox, counts):
            worker.send()
            result = sandbox.wait_for(worker)
        state = sandbox.state()
        wrong = sandbox.check_run(result, state)
        if wrong:
            raise UndisturbedFailureError(f"where nothing disturbed it: {wrong}")
        unchanged = unchanged and state.bystanders == sandbox.bystanders
    return counts.snapshots(), unchanged


@contextmanager
def _readers(sandbox: Sandbox, counts: SnapshotCounts) -> Iterator[None]:
    """Have readers take snapshots until the block ends, and add them to ``counts``.

    Raises DatabaseError if a reader failed.
    """
    over = Event()
    errors: list[DatabaseError] = []
    by_reader = [SnapshotCounts() for _ in range(READERS)]

    def read(mine: SnapshotCounts) -> None:
        try:
            with observe(sandbox.access) as connection:
                while not over.is_set():
                    start = time.perf_counter()
                    holdings = sandbox.versions.holdings(connection, sandbox.target)
                    mine.add(holdings, 1, time.perf_counter() - start)
        except DatabaseError as error:
            errors.append(error)

    readers = [Thread(target=read, args=[one], name="reader") for one in by_reader]
    try:
        for reader in readers:
            reader.start()
        yield
    finally:
        over.set()
        for reader in readers:
            reader.join()
    for one in by_reader:
        counts.update(one)
    for error in errors:
        raise error


def refusals(sandbox: Sandbox) -> Iterator[Refusal]:
    """Make the calls that must be refused, over the rows of an earlier run.

    Each one must raise the job's error and write nothing.
    """
    sandbox.flip()
    before = sandbox.state()
    for case, arguments in sandbox.context.loaded.refused.items():
        result = sandbox.run(sandbox.request(arguments))
        yield Refusal(case=case, ended=result.error, unchanged=sandbox.state() == before)
    sandbox.reset()


def races(sandbox: Sandbox, seconds: float) -> Iterator[Race]:
    """Run twice at the same time, over the rows of an earlier run, once per delay; a run alone takes ``seconds``.

    Raises UndisturbedFailureError if a run on other data fails alone, and SampleError if a worker ends before its
    call.
    """
    for share in DELAYS:
        yield _race(sandbox, SAME_DATA, sandbox.context.loaded.arguments, None, share * seconds)
    for scans, rival in sandbox.context.loaded.rivals.items():
        right = _run_alone(sandbox, rival)
        for share in RIVAL_DELAYS:
            yield _race(sandbox, scans, rival, right, share * seconds)


def _run_alone(sandbox: Sandbox, rival: Arguments) -> Digests:
    """Return what a run on other data leaves while nothing else runs."""
    result = sandbox.run(sandbox.request(rival))
    if result.call is None:
        raise UndisturbedFailureError(f"failed on other data, where nothing disturbed it: {result.error}")
    return _digests(sandbox, rival)


def _race(sandbox: Sandbox, scans: str, rival: Arguments, right: Digests | None, delay: float) -> Race:
    sandbox.flip()
    with observe(sandbox.access) as connection:
        before = _besides(sandbox, connection, rival)
    with sandbox.ready_workers(sandbox.request(), sandbox.request(rival)) as (first, second):
        first.send()
        time.sleep(delay)
        second.send()
        results = (sandbox.wait_for(first), sandbox.wait_for(second))
    left = left_over(sandbox.access)
    with observe(sandbox.access) as connection:
        after = _besides(sandbox, connection, rival)
    found = [left] if left else []
    if wrong := _wrong(sandbox, results[:1] if right else results):
        found.append(wrong)
    if right is not None and _digests(sandbox, rival) != right:
        found.append("the second run's rows are wrong")
    if found:
        sandbox.reset()
    return Race(
        scans=scans,
        delay=delay,
        ended=(results[0].error, results[1].error),
        wrong=", ".join(found),
        bystanders_unchanged=after == before,
    )


def _wrong(sandbox: Sandbox, results: tuple[RunResult, ...]) -> str:
    """Return what is wrong with the rows of the measured call, apart from errors of the runs; '' for nothing."""
    state = sandbox.state()
    wrongs = [sandbox.check_run(one, state) for one in results if one.call is not None]
    return next(filter(None, [*wrongs, sandbox.check_state(state)]), "")


def _digests(sandbox: Sandbox, arguments: Arguments) -> Digests:
    context = sandbox.context
    relation = context.storage.relation
    return context.targets.digest(sandbox.access, arguments, context.loaded.warm_up, relation).tables


def _besides(sandbox: Sandbox, connection: psycopg.Connection, rival: Arguments) -> object:
    """Return the fingerprint of everything that neither run may change."""
    loaded = sandbox.context.loaded
    calls = [one for one in (loaded.arguments, rival, loaded.warm_up) if one is not None]
    return connection.execute(besides(calls, sandbox.context.targets.restored)).fetchone()
