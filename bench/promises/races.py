"""Races: two runs at once, of one scan or of two, each in a worker of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg

from bench.datasets.scan import ScanKey
from bench.harness.targets import TableDigest, observe
from bench.promises.lane import Ended, Lane, UntriedError
from bench.promises.sessions import left_over
from bench.promises.versions import besides
from bench.results.promises import Race

ONE, OF_A_TENANT, OF_TWO_TENANTS = "one", "two of a tenant", "two of two tenants"
DELAYS = {ONE: (0.0, 0.2, 0.5, 0.8), OF_A_TENANT: (0.0, 0.3), OF_TWO_TENANTS: (0.0, 0.3)}
"""By which part of an undisturbed run's time the second of two runs begins later, round by round."""
RACES = sum(map(len, DELAYS.values()))

Digests = tuple[TableDigest, TableDigest]
"""Of one scan's rows and summaries."""


def races(lane: Lane, seconds: float) -> Iterator[Race]:
    """Hold every race on a lane whose tables hold the rows of an earlier run; a run alone takes ``seconds``.

    Raises UntriedError where a run of another scan fails alone, and SampleError where a worker does not come as far as
    its call.
    """
    key = lane.key
    others = lane.setting.loaded.bystanders
    rivals = {
        ONE: key,
        OF_A_TENANT: next(one for one in others if one.tenant_id == key.tenant_id),
        OF_TWO_TENANTS: next(one for one in others if key.tenant_id != one.tenant_id and one.scan_id != key.scan_id),
    }
    for scans, rival in rivals.items():
        right = None if rival == key else _alone(lane, rival)
        for part in DELAYS[scans]:
            yield _race(lane, scans, rival, right, part * seconds)


def _alone(lane: Lane, key: ScanKey) -> Digests:
    """Return what a run of another scan leaves while nothing else runs."""
    ended = lane.run(lane.request(key))
    if ended.call is None:
        raise UntriedError(f"failed on another scan, where nothing disturbed it: {ended.error}")
    return _digests(lane, key)


def _race(lane: Lane, scans: str, rival: ScanKey, right: Digests | None, delay: float) -> Race:
    lane.turn()
    with observe(lane.access) as connection:
        before = _besides(lane, connection, rival)
    with lane.ready(lane.request(), lane.request(rival)) as (first, second):
        first.send()
        time.sleep(delay)
        second.send()
        ended = (lane.end_of(first), lane.end_of(second))
    left = left_over(lane.access)
    with observe(lane.access) as connection:
        after = _besides(lane, connection, rival)
    found = [left] if left else []
    if wrong := _wrong(lane, ended if rival == lane.key else ended[:1]):
        found.append(wrong)
    if right is not None and _digests(lane, rival) != right:
        found.append("the second scan's rows or summaries are wrong")
    if found:
        lane.reset()
    return Race(
        scans=scans,
        delay=delay,
        ended=(ended[0].error, ended[1].error),
        wrong=", ".join(found),
        bystanders_unchanged=after == before,
    )


def _wrong(lane: Lane, ended: tuple[Ended, ...]) -> str:
    """Say what is wrong with the lane's own scan, errors aside; '' for nothing."""
    sight = lane.look()
    told = [lane.fault_of(one, sight) for one in ended if one.call is not None]
    return next(filter(None, [*told, lane.holds_wrong(sight)]), "")


def _digests(lane: Lane, key: ScanKey) -> Digests:
    idle = lane.setting.loaded.warm_up.tenant_id
    found = lane.setting.targets.digest(lane.access, key, idle, lane.setting.storage.relation)
    return found.rows, found.summaries


def _besides(lane: Lane, connection: psycopg.Connection, rival: ScanKey) -> object:
    """The fingerprint of everything that neither run may touch."""
    setting = lane.setting
    query = besides((lane.key, rival), setting.loaded.warm_up.tenant_id, setting.targets.restored)
    return connection.execute(query).fetchone()
