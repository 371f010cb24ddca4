"""The databases of a run: one for each kind of tables that its implementations need, all with the same data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from bench.harness.restored_tables import columns_of
from bench.harness.stage import DataStage, Stage
from bench.harness.targets import observe
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Job, Progress, Target
from bench.words import enumerated


@dataclass(frozen=True)
class Databases:
    """The Databases of one data set: implementations with equal ``tables`` share one."""

    by_tables: Mapping[str, DataStage]
    warnings: tuple[str, ...] = ()
    """Which columns are not compared, because not every database has them."""

    @property
    def first(self) -> DataStage:
        """That of the first implementation."""
        return next(iter(self.by_tables.values()))

    def of(self, implementation: Implementation) -> DataStage:
        """Return the database on which ``implementation`` runs."""
        return self.by_tables[self.place(implementation)]

    def place(self, implementation: Implementation) -> str:
        """Return the key of its database; one that asks for no tables takes the first."""
        return implementation.tables if implementation.tables in self.by_tables else next(iter(self.by_tables))


@contextmanager
def open_databases(
    stage: Stage,
    job: Job,
    source: DataSource,
    implementations: tuple[Implementation, ...],
    progress: Progress | None = None,
) -> Iterator[Databases]:
    """Load data into as many databases as ``implementations`` need, dropped afterwards.

    Raises as ``Stage.data`` does.
    """
    with ExitStack() as stack:
        opened = {}
        for tables, members in _groups(implementations).items():
            opened[tables] = stack.enter_context(stage.data(job_of(job, members), source, members, progress))
        yield _comparable(opened)


def job_of(job: Job, implementations: tuple[Implementation, ...]) -> Job:
    """Return ``job`` with the tables of ``implementations``: the code of the first that asks for some makes them."""
    first = next((one for one in implementations if one.tables), None)
    return job if first is None else replace(job, environment=first.environment, tables=first.tables)


def _groups(implementations: tuple[Implementation, ...]) -> dict[str, tuple[Implementation, ...]]:
    """Return the implementations by their tables; those that ask for none are with the first that do."""
    first = next((one.tables for one in implementations if one.tables), "")
    found: dict[str, tuple[Implementation, ...]] = {}
    for one in sorted(implementations, key=lambda one: not one.tables):
        key = one.tables or first
        found[key] = (*found.get(key, ()), one)
    return found


def _comparable(opened: Mapping[str, DataStage]) -> Databases:
    """Leave columns out of the comparison that not every database has."""
    if len(opened) < 2:
        return Databases(opened)
    columns = {tables: _columns(data) for tables, data in opened.items()}
    tables = next(iter(opened.values())).targets.tables
    left_out: dict[str, set[str]] = {}
    for target in tables:
        first, *others = (one[target.table] for one in columns.values())
        left_out[target.table] = first.union(*others) - first.intersection(*others) - set(target.uncompared)

    def compared(target: Target) -> Target:
        return replace(target, uncompared=(*target.uncompared, *sorted(left_out[target.table])))

    return Databases(
        {
            key: replace(data, targets=replace(data.targets, tables=tuple(map(compared, data.targets.tables))))
            for key, data in opened.items()
        },
        tuple(
            f"not compared, because not every revision's migrations make them: {enumerated(tuple(sorted(names)))} "
            f"of {table}"
            for table, names in left_out.items()
            if names
        ),
    )


def _columns(data: DataStage) -> dict[str, set[str]]:
    with observe(data.access) as connection:
        return {one.table: set(columns_of(connection, one.table)) for one in data.targets.tables}
