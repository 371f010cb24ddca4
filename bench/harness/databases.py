"""The databases of a run: one for each kind of tables that its implementations need, all with the same data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from bench.harness.stage import DataStage, Stage
from bench.harness.targets import columns_of, observe
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Job, Target


@dataclass(frozen=True)
class Databases:
    """The Databases of one data set: implementations with equal ``tables`` share one."""

    by_tables: Mapping[str, DataStage]

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
) -> Iterator[Databases]:
    """Load data into as many databases as ``implementations`` need, dropped afterwards.

    Raises as ``Stage.data`` does.
    """
    with ExitStack() as stack:
        opened = {}
        for tables, members in _groups(implementations).items():
            opened[tables] = stack.enter_context(stage.data(job_of(job, members), source, members))
        yield Databases(_comparable(opened))


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


def _comparable(opened: Mapping[str, DataStage]) -> Mapping[str, DataStage]:
    """Leave columns out of the comparison that not every database has."""
    if len(opened) < 2:
        return opened
    columns = {tables: _columns(data) for tables, data in opened.items()}
    common = {
        target.table: set.intersection(*(found[target.table] for found in columns.values()))
        for target in next(iter(opened.values())).targets.tables
    }

    def compared(target: Target, tables: str) -> Target:
        others = columns[tables][target.table] - common[target.table] - set(target.uncompared)
        return replace(target, uncompared=(*target.uncompared, *sorted(others)))

    return {
        tables: replace(
            data,
            targets=replace(data.targets, tables=tuple(compared(one, tables) for one in data.targets.tables)),
        )
        for tables, data in opened.items()
    }


def _columns(data: DataStage) -> dict[str, set[str]]:
    with observe(data.access) as connection:
        return {one.table: set(columns_of(connection, one.table)) for one in data.targets.tables}
