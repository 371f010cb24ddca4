"""A run of ``bench prove reads``: a scan is written into both storages, read from both in pairs; sizes are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.compliance.reads.record import READS_SCHEMA, ReadResults, RelationSize, WriteSamples
from bench.compliance.reads.timing import time_reads
from bench.compliance.targets import ROWS
from bench.database.access import DatabaseAccess
from bench.declare.storage import STANDARD, Storage, storage_in
from bench.errors import InputError, MeasurementError
from bench.harness.environment import describe_environment
from bench.harness.progress import Progress
from bench.harness.stage import DataStage, Stage
from bench.harness.targets import TargetDigest, observe
from bench.jobs.registry import implementation_of

TABLE = "table"
"""What results call the storage in the task's own table; they call another by its implementation's name."""


@dataclass(frozen=True, kw_only=True)
class ReadPlan:
    """A ReadPlan is what the user chose."""

    implementation: str
    """It declares a storage, which is compared with the task's own table."""
    table_writer: str
    """The implementation that writes the task's own table."""
    pairs: int
    """Of each read."""
    writes: int
    """Pairs of writes; 0 leaves them out."""
    timeout_seconds: float | None
    """For a single sample; None: by the size of the scan."""
    command: str

    @property
    def writers(self) -> Mapping[str, str]:
        """From a storage's name to the implementation that writes it; the task's own table comes first."""
        return {TABLE: self.table_writer, self.implementation: self.implementation}


def compare_storages(stage: Stage, staged: DataStage, plan: ReadPlan, progress: Progress) -> ReadResults:
    """Write the scan into both storages, read both, and compare their sizes.

    Raises InputError for an implementation without its own storage, MeasurementError if the rows differ, and
    SampleError if one cannot be written.
    """
    storage = storage_in(staged.storages, plan.implementation)
    if storage == STANDARD:
        raise InputError(
            f"implementation {plan.implementation!r} stores its rows in {ROWS}; name one that declares another storage "
            "with @stores_in"
        )
    server = stage.server
    environment = describe_environment(server.version, server.source, server.settings())
    written = _write(staged, plan, progress)
    for implementation in plan.writers.values():
        progress.stage(f"writing what is read: {implementation}")
        staged.write_earlier_rows(implementation_of(staged.job, implementation), plan.timeout_seconds)
    staged.reset()
    return ReadResults(
        schema=READS_SCHEMA,
        created=datetime.now(tz=UTC).isoformat(timespec="seconds"),
        command=plan.command,
        environment=environment,
        dataset=staged.dataset,
        reads=time_reads(staged.access, staged.loaded.arguments, storage.relation or ROWS, plan.pairs, progress.stage),
        sizes=measure_sizes(staged.access, plan.implementation, storage),
        writes=written,
    )


def _write(staged: DataStage, plan: ReadPlan, progress: Progress) -> tuple[WriteSamples, ...]:
    """Write both storages in pairs of alternating order. Raises MeasurementError if their rows differ."""
    writers = plan.writers
    seconds: dict[str, list[float]] = {name: [] for name in writers}
    wal: dict[str, list[float]] = {name: [] for name in writers}
    left: dict[str, TargetDigest] = {}
    for pair in range(plan.writes):
        for name in writers if pair % 2 == 0 else reversed(list(writers)):
            progress.stage(f"writing: {name}, pair {pair + 1} of {plan.writes}")
            reading, left[name] = staged.sample(
                "time", implementation_of(staged.job, writers[name]), plan.timeout_seconds
            )
            seconds[name].append(reading.values["wall_seconds"])
    if not plan.writes:
        return ()
    for name, implementation in writers.items():
        progress.stage(f"writing: {name}, WAL")
        reading, left[name] = staged.sample(
            "database", implementation_of(staged.job, implementation), plan.timeout_seconds
        )
        wal[name].append(reading.values["wal_bytes"])
    if left[TABLE].tables != left[plan.implementation].tables:
        raise MeasurementError("the two storages hold different rows; bench prove conform shows where they differ")
    return tuple(
        WriteSamples(
            design=name, implementation=writers[name], seconds=tuple(seconds[name]), wal_bytes=tuple(wal[name])
        )
        for name in writers
    )


def measure_sizes(access: DatabaseAccess, implementation: str, storage: Storage) -> tuple[RelationSize, ...]:
    """Return the size of each table of the task's own storage and of ``implementation``'s. Raises DatabaseError."""
    sizes = []
    with observe(access) as connection:
        for name, relations in {TABLE: (ROWS,), implementation: (*storage.reset, *storage.kept)}.items():
            for relation in relations:
                found = connection.execute(
                    "SELECT pg_table_size(%(relation)s::regclass), pg_indexes_size(%(relation)s::regclass)",
                    {"relation": relation},
                ).fetchone()
                assert found is not None  # an unknown relation is an error
                sizes.append(RelationSize(design=name, relation=relation, table_bytes=found[0], index_bytes=found[1]))
    return tuple(sizes)
