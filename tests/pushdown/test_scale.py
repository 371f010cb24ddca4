"""On scans of any size: the rows of streaming, one number of statements, and a heap that does not grow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.compliance.job import JOB
from bench.harness.stage import DataStage, Stage
from tests.support.data import sampled, synthetic
from tests.support.lanes import FAST, LANES, PUSHDOWN, STREAMING

pytestmark = [pytest.mark.slow, pytest.mark.server]

SIZES = ("10/1", "1k/8", pytest.param("10k/20", marks=pytest.mark.nightly))
SERVER_STATEMENTS = {PUSHDOWN: 15, FAST: 18}
MOST_HEAP_BYTES = 1_000_000


@pytest.fixture(scope="module", params=SIZES)
def staged(request: pytest.FixtureRequest, quick_stage: Stage) -> Iterator[DataStage]:
    """A synthetic scan of each size with the whole catalogue."""
    source = synthetic(request.param)
    with quick_stage.data(JOB, source) as staged:
        yield staged


@pytest.mark.parametrize("lane", LANES)
def test_the_server_sees_the_same_number_of_statements_at_any_size(staged: DataStage, lane: str) -> None:
    reading, _ = sampled(staged, "statements", lane, None)
    assert reading.values == {"statements_django": 4, "statements_server": SERVER_STATEMENTS[lane]}


def test_the_rows_are_those_of_streaming_and_nobody_elses_change(staged: DataStage) -> None:
    left = [sampled(staged, "rows", implementation, None)[1] for implementation in (STREAMING, *LANES)]
    assert left[0].rows == staged.dataset.rows
    assert left[0].bystanders == staged.untouched.bystanders
    assert left == [left[0]] * 3


def test_the_heap_stays_below_a_megabyte(staged: DataStage) -> None:
    reading, _ = sampled(staged, "memory", PUSHDOWN, None)
    assert reading.values["peak_heap_bytes"] < MOST_HEAP_BYTES
