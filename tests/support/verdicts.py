"""Verdicts to comment on."""

from __future__ import annotations

from bench.analysis.verdict import Check, Standing, Verdict
from tests.support.variants import HOSTILE

SQL = 'SELECT "scans"."id" FROM "scans" WHERE "scans"."id" = ?'


def passing() -> Verdict:
    """Return a verdict of two checks that pass."""
    return Verdict.of(_passed(2))


def regressed() -> Verdict:
    """Return a verdict with two regressions that have evidence, one improvement, and two checks that pass."""
    return Verdict.of(
        (
            *_passed(2),
            Check(
                name="ceiling peak_heap_bytes 10k/20 streaming",
                standing=Standing.FAILED,
                sentence="Peak heap of streaming on 10k/20 is 61.0 MB, its ceiling is 46.5 MB",
                evidence=("optimized_impl/task.py:120 in copy_batch: 12.5 → 40.5 MB at the peak (+28.0 MB)",),
                scan="10k/20",
            ),
            Check(
                name="law statements_django 10k/20 streaming",
                standing=Standing.FAILED,
                sentence="Statements (Django) of streaming on 10k/20 are 38, declared 18 (constant 18)",
                evidence=(f"optimized_impl/task.py:88: 20 times, +17 against the smallest scan: 0a1b2c3d4e5f {SQL}",),
                scan="10k/20",
            ),
            Check(
                name="baseline wal_bytes 10k/20 streaming",
                standing=Standing.IMPROVED,
                sentence="WAL of streaming on 10k/20 is 70.1 MB, in the baseline 82.7 MB",
                scan="10k/20",
            ),
        )
    )


def failed(message: str = "the server cannot be started") -> Verdict:
    """Return what a gate leaves that could not measure."""
    return Verdict.of([Check(name="gate", standing=Standing.ERROR, sentence=message)])


def hostile() -> Verdict:
    """Return a verdict whose every text is hostile."""
    return Verdict.of(
        Check(name=HOSTILE, standing=standing, sentence=HOSTILE, evidence=(HOSTILE,) * 12) for standing in Standing
    )


def _passed(number: int) -> tuple[Check, ...]:
    return tuple(
        Check(name=f"law {place}", standing=Standing.PASSED, sentence=f"{place} statements, as declared")
        for place in range(1, number + 1)
    )
