"""Time a call with pytest-benchmark."""

from __future__ import annotations

from pytest_benchmark.fixture import BenchmarkFixture

from bench.benchmarks.timed_case import TimedCase


def test_call(benchmark: BenchmarkFixture, case: TimedCase) -> None:
    """One call per round; CPU seconds are in ``extra_info``."""
    benchmark.name = case.label
    benchmark.pedantic(case.run, setup=case.reset, rounds=case.rounds, iterations=1)
    benchmark.extra_info |= {"cpu_seconds": case.cpu_seconds, "system_seconds": case.wall_seconds}
    assert case.outcome is not None or case.wall_seconds
