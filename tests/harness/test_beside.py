"""Two samples at once leave the same figures and rows as one after the other, and each fails by its own doing."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest

from bench.harness.beside import PROBES, Beside, in_groups
from bench.harness.plan import SINGLE_PROBES, schedule
from bench.harness.stage import DataStage
from tests.support.data import implementation, sampled

BOTH = (implementation("materializing"), implementation("streaming"))


def test_only_passes_that_measure_the_heap_are_taken_two_at_once_and_all_keep_their_order() -> None:
    planned = list(schedule(("a", "b", "c"), 2))
    groups = list(in_groups(planned, at_once=True))
    assert [sample for group in groups for sample in group] == planned
    assert {group[0].probe for group in groups if len(group) > 1} == set(PROBES)
    assert all(len({one.probe for one in group}) == 1 for group in groups)
    assert max(map(len, groups)) == 2
    assert "time" not in PROBES
    assert set(PROBES) < set(SINGLE_PROBES)


def databases(scan: DataStage) -> int:
    with psycopg.connect(scan.access.conninfo) as connection:
        return connection.execute("SELECT FROM pg_database WHERE datname LIKE 'bench%'").rowcount


@pytest.mark.slow
@pytest.mark.server
def test_two_at_once_measure_and_leave_what_each_does_alone_and_a_failure_counts_for_neither(
    small_scan: DataStage,
) -> None:
    """The check of one might name what the other changed on the server: a failure is repeated alone."""
    small_scan.guard.keep()
    before = databases(small_scan)
    with closing(Beside(small_scan)) as beside:
        disturbing = implementation("tests.support.implementations.disturbing:adds_table")
        assert beside.take("rows", (BOTH[1], disturbing), 120) is None
        taken = beside.take("memory", BOTH, 120)
        assert taken is not None
        assert databases(small_scan) == before + 1
        _, (reading, digest) = taken
        assert digest == taken[0][1]
        alone, same = sampled(small_scan, "memory", "streaming", 120)
        assert digest == same
        assert reading.values["peak_heap_bytes"] == pytest.approx(alone.values["peak_heap_bytes"], rel=0.02)
    assert databases(small_scan) == before
