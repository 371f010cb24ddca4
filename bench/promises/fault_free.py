"""Runs without a fault: read meanwhile, called for a scan of another tenant, and two at the same time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from uuid import UUID

import psycopg

from bench.datasets.scan import ScanKey
from bench.errors import DatabaseError
from bench.harness.targets import TableDigest, observe
from bench.promises.sandbox import RunResult, Sandbox, UndisturbedFailureError
from bench.promises.server_faults import left_over
from bench.promises.versions import besides
from bench.results.promises import Holding, Race, Refusal, Snapshot

READERS = 2

NO_SCAN = str(UUID(int=0))
REFUSED_CALLS = 3

ONE, OF_A_TENANT, OF_TWO_TENANTS = "one", "two of a tenant", "two of two tenants"
DELAYS = {ONE: (0.0, 0.2, 0.5, 0.8), OF_A_TENANT: (0.0, 0.3), OF_TWO_TENANTS: (0.0, 0.3)}
"""How much later the second run starts, as a share of an undisturbed run's time; one race for each."""
RACES = sum(map(len, DELAYS.values()))

Digests = tuple[TableDigest, TableDigest]
"""Of one scan's rows and summaries."""


class SnapshotCounts:
    """SnapshotCounts holds how many snapshots found the tables in each state, and how long those took."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Holding, Holding], tuple[int, float]] = {}

    def add(self, holdings: tuple[Holding, Holding], count: int, seconds: float) -> None:
        """Add snapshots of rows and summaries in one state."""
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
            Snapshot(rows=rows, summaries=summaries, count=count, seconds=seconds)
            for (rows, summaries), (count, seconds) in sorted(
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
                    holdings = sandbox.versions.scan_state(connection, sandbox.target)
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
    """Call the implementation for scans that are not the tenant's, over the rows of an earlier run.

    Each call must raise ``Scan.DoesNotExist`` and write nothing.
    """
    sandbox.flip()
    before = sandbox.state()
    for case, key in _foreign_scans(sandbox):
        result = sandbox.run(sandbox.request(key))
        yield Refusal(case=case, ended=result.error, unchanged=sandbox.state() == before)
    sandbox.reset()


def _foreign_scans(sandbox: Sandbox) -> Iterator[tuple[str, ScanKey]]:
    key = sandbox.key
    foreign = next(one for one in sandbox.context.loaded.bystanders if one.tenant_id != key.tenant_id)
    # That tenant has findings, rows and summaries under this scan's id, so a missing check does damage.
    yield "another tenant with this scan", replace(key, tenant_id=foreign.tenant_id)
    yield "this tenant with another's scan", replace(key, scan_id=foreign.scan_id)
    yield "this tenant with no scan at all", replace(key, scan_id=NO_SCAN)


def races(sandbox: Sandbox, seconds: float) -> Iterator[Race]:
    """Run twice at the same time, over the rows of an earlier run, once per delay; a run alone takes ``seconds``.

    Raises UndisturbedFailureError if a run of another scan fails alone, and SampleError if a worker ends before its
    call.
    """
    key = sandbox.key
    others = sandbox.context.loaded.bystanders
    rivals = {
        ONE: key,
        OF_A_TENANT: next(one for one in others if one.tenant_id == key.tenant_id),
        OF_TWO_TENANTS: next(one for one in others if key.tenant_id != one.tenant_id and one.scan_id != key.scan_id),
    }
    for scans, rival in rivals.items():
        right = None if rival == key else _run_alone(sandbox, rival)
        for share in DELAYS[scans]:
            yield _race(sandbox, scans, rival, right, share * seconds)


def _run_alone(sandbox: Sandbox, key: ScanKey) -> Digests:
    """Return what a run of another scan leaves while nothing else runs."""
    result = sandbox.run(sandbox.request(key))
    if result.call is None:
        raise UndisturbedFailureError(f"failed on another scan, where nothing disturbed it: {result.error}")
    return _digests(sandbox, key)


def _race(sandbox: Sandbox, scans: str, rival: ScanKey, right: Digests | None, delay: float) -> Race:
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
    if wrong := _wrong(sandbox, results if rival == sandbox.key else results[:1]):
        found.append(wrong)
    if right is not None and _digests(sandbox, rival) != right:
        found.append("the second scan's rows or summaries are wrong")
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
    """Return what is wrong with the sandbox's scan, apart from errors of the runs; '' for nothing."""
    state = sandbox.state()
    wrongs = [sandbox.check_run(one, state) for one in results if one.call is not None]
    return next(filter(None, [*wrongs, sandbox.check_state(state)]), "")


def _digests(sandbox: Sandbox, key: ScanKey) -> Digests:
    idle = sandbox.context.loaded.warm_up.tenant_id
    found = sandbox.context.targets.digest(sandbox.access, key, idle, sandbox.context.storage.relation)
    return found.rows, found.summaries


def _besides(sandbox: Sandbox, connection: psycopg.Connection, rival: ScanKey) -> object:
    """Return the fingerprint of everything that neither run may change."""
    context = sandbox.context
    query = besides((sandbox.key, rival), context.loaded.warm_up.tenant_id, context.targets.restored)
    return connection.execute(query).fetchone()
