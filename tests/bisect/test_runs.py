"""Each metric has the probe that measures it."""

from __future__ import annotations

from typing import get_args

from bench.bisect.runs import PROBES
from bench.messages.request import ProbeName
from bench.results.metrics import METRICS


def test_every_metric_can_decide_a_search() -> None:
    assert set(PROBES) == set(METRICS)
    assert set(PROBES.values()) <= set(get_args(ProbeName))
