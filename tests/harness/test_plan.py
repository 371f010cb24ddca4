"""The schedule takes every sample once, and drift of the machine affects all implementations equally."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.harness.plan import SINGLE_PROBES, cost, schedule, timeout_seconds
from bench.messages.request import ProbeName

NAMES = ("a", "b", "c")


def test_each_probe_takes_one_sample_of_each_implementation_and_time_as_many_as_asked_for() -> None:
    taken = Counter((sample.probe, sample.implementation) for sample in schedule(NAMES, 4))
    assert taken == {(probe, name): 1 for probe in SINGLE_PROBES for name in NAMES} | {
        ("time", name): 4 for name in NAMES
    }


def test_statements_come_first_and_time_last_because_a_wrong_implementation_ends_there() -> None:
    probes = [sample.probe for sample in schedule(NAMES, 2)]
    assert probes[: len(NAMES)] == ["statements"] * len(NAMES)
    assert probes[-2 * len(NAMES) :] == ["time"] * 2 * len(NAMES)


def test_rounds_of_time_alternate_their_order() -> None:
    time = [sample for sample in schedule(NAMES, 4) if sample.probe == "time"]
    assert "".join(sample.implementation for sample in time) == "abccbaabccba"
    assert [sample.number for sample in time] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


def test_one_implementation_alone_can_be_measured() -> None:
    assert len(list(schedule(("a",), 3))) == len(SINGLE_PROBES) + 3


@pytest.mark.parametrize("probe", [*SINGLE_PROBES, "time", "rows"])
def test_every_probe_costs_more_on_more_rows(probe: ProbeName) -> None:
    assert 0 < cost(probe, 0) < cost(probe, 100_000)


def test_the_timeout_grows_with_the_scan() -> None:
    """The reference took 99 s under the tracer at 10k/20 on a slow machine; the timeout is well above."""
    assert timeout_seconds(0, (0,)) >= 60
    assert timeout_seconds(None, (0,)) >= 60
    assert timeout_seconds(108_420, (10_000, 20)) > 3 * 99
