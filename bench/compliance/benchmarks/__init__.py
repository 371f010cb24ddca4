"""The task under pytest-benchmark, to run by hand: ``pytest bench/compliance/benchmarks --benchmark-only``."""
