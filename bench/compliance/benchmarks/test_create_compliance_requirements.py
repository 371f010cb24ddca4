"""Time ``create_compliance_requirements`` with pytest-benchmark."""

from __future__ import annotations

from pytest_benchmark.fixture import BenchmarkFixture

from bench.benchmarks.timed_case import TimedCase


def test_create_compliance_requirements(benchmark: BenchmarkFixture, case: TimedCase) -> None:
    """One call per round, from the same starting rows; CPU seconds are in ``extra_info``."""
    benchmark.name = case.label
    benchmark.group = "create_compliance_requirements"
    benchmark.pedantic(case.run, setup=case.reset, rounds=case.rounds, iterations=1)
    benchmark.extra_info |= {"cpu_seconds": case.cpu_seconds, "system_seconds": case.wall_seconds}
    assert case.outcome is not None
