"""Wrong rows: what is wrong with the rows that a sample left, whatever it measured."""

from __future__ import annotations

from bench.harness.stage import DataStage
from bench.harness.targets import TargetDigest
from bench.jobs.job import DataSource, Job
from bench.messages.reading import Reading


def wrong_rows(
    job: Job, data: DataStage, source: DataSource, reading: Reading, found: TargetDigest, copied: TargetDigest | None
) -> str:
    """Return what is wrong in one line; '' for nothing. ``copied`` is what the copy baseline has to leave."""
    if found.bystanders != data.untouched.bystanders:
        return "changed rows that belong to other calls"
    if copied is not None:
        return "" if found == copied else "left other rows than its files hold"
    rows = data.loaded.rows
    # Of synthetic data the number is certain; a file may hold what an implementation is known to read otherwise.
    if source.file is None and rows is not None and found.rows != rows:
        return f"wrote {found.rows:,} rows where the rules give {rows:,}"
    check = job.outcome_fault
    return check(reading.outcome, data.loaded, found.rows) if check is not None else ""
