"""Implementations with a fault or a known cost, run by the tests in real workers, and what the tests know of them."""

NOTES = "BENCH_TEST_NOTES"
"""Environment variable: the file to which an implementation appends what it leaves behind."""
BLOCK_BYTES = 50_000_000
QUERIES = 7
SLEEP_SECONDS = 0.3
CPU_SECONDS = 0.5
ALLOCATIONS = 20_000
