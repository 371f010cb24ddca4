"""What packed rows are for: a fraction of the heap, of the WAL and of the statements, whatever the size of the scan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bench.compliance.job import JOB
from bench.harness.stage import DataStage, Stage
from tests.support.data import implementations, sampled, synthetic
from tests.support.packed_tables import PACKED, STREAMING

pytestmark = [pytest.mark.slow, pytest.mark.server]

MOST_HEAP_BYTES = 1_000_000
LEAST_WAL_RATIO = 50
SIZES = ("100/3", "1k/8")


@pytest.fixture(scope="module")
def scans(quick_stage: Stage) -> Iterator[dict[str, DataStage]]:
    """Two of the pull request's scans, with the whole catalogue."""
    with ExitStack() as stack:
        opened = {}
        for label in SIZES:
            source = synthetic(label)
            opened[label] = stack.enter_context(quick_stage.data(JOB, source, implementations(PACKED)))
        yield opened


@pytest.mark.parametrize("label", SIZES)
def test_the_heap_stays_below_1_mb(scans: dict[str, DataStage], label: str) -> None:
    reading, _ = sampled(scans[label], "memory", PACKED, None)
    assert reading.values["peak_heap_bytes"] < MOST_HEAP_BYTES


def test_a_fiftieth_of_streamings_wal_holds_the_same_rows(scans: dict[str, DataStage]) -> None:
    scan = scans["1k/8"]
    packed, of_packed = sampled(scan, "database", PACKED, None)
    streaming, of_streaming = sampled(scan, "database", STREAMING, None)
    assert of_packed.tables == of_streaming.tables
    assert of_packed.rows == 8 * 5_421
    assert streaming.values["wal_bytes"] > LEAST_WAL_RATIO * packed.values["wal_bytes"]


def test_the_number_of_statements_is_the_same_for_every_size(scans: dict[str, DataStage]) -> None:
    counts = {label: sampled(scan, "statements", PACKED, None)[0].values for label, scan in scans.items()}
    assert counts["100/3"] == counts["1k/8"]
