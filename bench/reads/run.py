"""A run of ``bench reads``: both designs written, read in pairs, and their sizes compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bench.errors import MeasurementError
from bench.harness.environment import describe_environment
from bench.harness.progress import Progress
from bench.harness.stage import ScanStage, Stage
from bench.harness.targets import TargetDigest
from bench.reads.sizes import measure_sizes
from bench.reads.timing import time_reads
from bench.results.reads import READS_SCHEMA, ReadResults, WriteSamples

WRITERS = {"table": "streaming", "packed": "packed"}
"""Which implementation writes each design."""


@dataclass(frozen=True, kw_only=True)
class ReadPlan:
    """A ReadPlan is what the user chose."""

    pairs: int
    """Of each read."""
    writes: int
    """Pairs of writing; 0 leaves that out."""
    timeout_seconds: float | None
    """For a single sample; None: by the size of the scan."""
    command: str


def compare_designs(stage: Stage, staged: ScanStage, plan: ReadPlan, progress: Progress) -> ReadResults:
    """Write the scan in both designs, read both, and compare their sizes.

    Raises MeasurementError where their rows differ, and SampleError where one cannot be written.
    """
    server = stage.server
    environment = describe_environment(server.version, server.source, server.settings())
    written = _write(staged, plan, progress)
    view = ""
    for implementation in WRITERS.values():
        progress.stage(f"writing what is read: {implementation}")
        view = staged.write_earlier_rows(implementation, plan.timeout_seconds).relation
    staged.reset()
    return ReadResults(
        schema=READS_SCHEMA,
        created=datetime.now(tz=UTC).isoformat(timespec="seconds"),
        command=plan.command,
        environment=environment,
        dataset=staged.dataset,
        reads=time_reads(staged.access, staged.loaded.key, view, plan.pairs, progress.stage),
        sizes=measure_sizes(staged.access),
        writes=written,
    )


def _write(staged: ScanStage, plan: ReadPlan, progress: Progress) -> tuple[WriteSamples, ...]:
    """Write both designs in pairs of alternating order. Raises MeasurementError where their rows differ."""
    seconds: dict[str, list[float]] = {design: [] for design in WRITERS}
    wal: dict[str, list[float]] = {design: [] for design in WRITERS}
    left: dict[str, TargetDigest] = {}
    for pair in range(plan.writes):
        for design in WRITERS if pair % 2 == 0 else reversed(WRITERS):
            progress.stage(f"writing: {design}, pair {pair + 1} of {plan.writes}")
            reading, left[design] = staged.sample("time", WRITERS[design], plan.timeout_seconds)
            seconds[design].append(reading.values["wall_seconds"])
    if not plan.writes:
        return ()
    for design, implementation in WRITERS.items():
        progress.stage(f"writing: {design}, WAL")
        reading, left[design] = staged.sample("database", implementation, plan.timeout_seconds)
        wal[design].append(reading.values["wal_bytes"])
    table, packed = left.values()
    if (table.rows, table.summaries) != (packed.rows, packed.summaries):
        raise MeasurementError("the two designs hold other rows; see bench conform for where they differ")
    return tuple(
        WriteSamples(
            design=design, implementation=WRITERS[design], seconds=tuple(seconds[design]), wal_bytes=tuple(wal[design])
        )
        for design in WRITERS
    )
