"""An implementation that is killed in its statement pass leaves no statement logging to the next."""

from __future__ import annotations

import pytest

from bench.harness.executor import SampleError
from bench.harness.stage import DataStage
from tests.support.data import sampled

pytestmark = [pytest.mark.slow, pytest.mark.server]


def test_the_sample_after_a_kill_in_the_statement_pass_runs_without_logging(small_scan: DataStage) -> None:
    killer = "tests.support.implementations.ends:kills_itself_while_logged"
    with pytest.raises(SampleError) as caught:
        sampled(small_scan, "statements", killer, None)
    assert caught.value.kind == "killed", "it kills itself only where statements are logged"
    reading, _ = sampled(small_scan, "rows", killer, None)
    assert reading.outcome["requirements_created"] == 0
    reading, _ = sampled(small_scan, "statements", "streaming", None)
    assert reading.values["statements_server"] > reading.values["statements_django"] > 0
