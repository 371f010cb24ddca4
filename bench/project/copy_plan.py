"""The plan of copying: for each of the job's tables, which columns of the project's are filled from what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from psycopg import sql

from bench.project.place import Place
from bench.project.table_copy import TableCopy
from bench.project.tables import Column, Tables

_KNOWN_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Source:
    """A Source is what fills one column: SQL over a row of the job's table, and where the description says so."""

    column: str
    value: sql.Composable
    place: Place | None = None
    """None for a column of the same name."""


@dataclass(frozen=True, kw_only=True)
class PlannedCopy:
    """A PlannedCopy is what is sent from one of the job's tables to one of the project's."""

    place: Place
    source: str
    table: str
    sources: tuple[Source, ...]
    where: str
    left_out: tuple[str, ...]
    """Columns of the job's table that no column of the project's is filled from."""

    @property
    def rows(self) -> sql.Composed:
        """The job's table and the rows that are sent."""
        rows = sql.SQL("FROM {}").format(sql.Identifier(self.source))
        return sql.SQL("{} WHERE ({})").format(rows, text(self.where)) if self.where else rows

    @property
    def select(self) -> sql.Composed:
        """COPY … TO STDOUT."""
        values = sql.SQL(", ").join(source.value for source in self.sources)
        return sql.SQL("COPY (SELECT {} {}) TO STDOUT").format(values, self.rows)

    @property
    def insert(self) -> sql.Composed:
        """COPY … FROM STDIN."""
        columns = sql.SQL(", ").join(sql.Identifier(source.column) for source in self.sources)
        return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(self.table), columns)


def plan_copies(
    place: Place, copies: Mapping[str, TableCopy], job: Tables, filled: Collection[str], project: Tables
) -> tuple[PlannedCopy, ...]:
    """Return what is copied from the ``job``'s tables: those that are ``filled``, and those that ``copies`` describes.

    ``place`` is that of the description's ``copy``. Raises InputError for a table or column that is not there, and for
    one of the project's that needs a value and has no source; the message says what to write.
    """
    for source in copies:
        if source not in job:
            raise (place / source).fault(f"names no table of the job; known are {listed(job)}")
    planned = []
    for source, columns in job.items():
        copy = copies.get(source, TableCopy(source=source, table=source))
        if not copy.skip and (source in copies or source in filled):
            planned.append(_plan(place / source, copy, columns, _target(place / source, copy, project)))
    return tuple(planned)


def in_order(planned: Iterable[PlannedCopy], references: Mapping[str, frozenset[str]]) -> tuple[PlannedCopy, ...]:
    """Return ``planned`` so that a table comes after those that its foreign keys refer to.

    Tables that refer to one another keep their order: only keys that are checked at the end of a transaction allow it.
    """
    copies = tuple(planned)
    try:
        order = list(TopologicalSorter(references).static_order())
    except CycleError:
        return copies
    position = {table: number for number, table in enumerate(order)}
    return tuple(sorted(copies, key=lambda copy: position.get(copy.table, 0)))


def text(written: str) -> sql.SQL:
    """Return SQL that stands in the description; it is the user's own, like the code that is measured."""
    return sql.SQL(written)


def _target(place: Place, copy: TableCopy, project: Tables) -> Mapping[str, Column]:
    if copy.table not in project:
        raise place.fault(
            f"is copied to the project's table {copy.table}, which is not there; write in [copy.{copy.source}] "
            f'table = "…" or skip = true; known are {listed(project)}'
        )
    return project[copy.table]


def _plan(place: Place, copy: TableCopy, columns: Mapping[str, Column], target: Mapping[str, Column]) -> PlannedCopy:
    for mapping in ("columns", "constants", "casts", "expressions", "defaults"):
        for column in getattr(copy, mapping):
            if column not in target:
                raise (place / mapping / column).fault(
                    f"is no column of the project's table {copy.table}; known are {listed(target)}"
                )
    sources = tuple(_sources(place, copy, columns, target))
    filled = {source.column for source in sources}
    for column in target.values():
        if column.required and column.name not in filled:
            raise place.fault(
                f"leaves the column {column.name} of the project's table {copy.table} without a value, which is NOT "
                f"NULL and has no default; write in [copy.{copy.source}] {_suggestion(column)}"
            )
    used = {*copy.columns.values()} | {name for name in filled if name not in copy.named}
    used |= {name for name in copy.casts if name not in copy.columns}
    written = " ".join(copy.expressions.values())
    used |= {column.name for column in target.values() if column.generated}
    left_out = tuple(name for name in columns if name not in used and name not in written)
    return PlannedCopy(
        place=place, source=copy.source, table=copy.table, sources=sources, where=copy.where, left_out=left_out
    )


def _sources(
    place: Place, copy: TableCopy, columns: Mapping[str, Column], target: Mapping[str, Column]
) -> Iterator[Source]:
    for column in target.values():
        name = column.name
        if column.generated:
            if name in copy.named:
                raise (place / _mapping_of(copy, name) / name).fault(
                    "is computed by the project's server from other columns; take the line out"
                )
        elif name in copy.constants:
            yield Source(column=name, value=sql.Literal(copy.constants[name]), place=place / "constants" / name)
        elif name in copy.expressions:
            value = sql.SQL("({})").format(text(copy.expressions[name]))
            yield Source(column=name, value=value, place=place / "expressions" / name)
        elif name not in copy.defaults:
            yield from _from_column(place, copy, columns, name)


def _from_column(place: Place, copy: TableCopy, columns: Mapping[str, Column], name: str) -> Iterator[Source]:
    source, at = copy.columns.get(name, name), None
    if name in copy.columns:
        at = place / "columns" / name
        if source not in columns:
            raise at.fault(f"is {source!r}, no column of the job's table {copy.source}; known are {listed(columns)}")
    value: sql.Composable = sql.SQL("{}.{}").format(sql.Identifier(copy.source), sql.Identifier(source))
    if name in copy.casts:
        at = place / "casts" / name
        if source not in columns:
            raise at.fault(
                f"has nothing to cast: the job's table {copy.source} has no column {source}; write its source in "
                f"columns; known are {listed(columns)}"
            )
        value = sql.SQL("CAST({} AS {})").format(value, text(copy.casts[name]))
    if source in columns:
        yield Source(column=name, value=value, place=at)


def _mapping_of(copy: TableCopy, column: str) -> str:
    return next(
        name for name in ("columns", "constants", "casts", "expressions", "defaults") if column in getattr(copy, name)
    )


def _suggestion(column: Column) -> str:
    """Return a line of TOML that gives the column a value of its type."""
    if column.type == "uuid":
        return f'expressions = {{ {column.name} = "gen_random_uuid()" }}'
    if column.type == "boolean":
        value = "false"
    elif column.type in ("smallint", "integer", "bigint", "real", "double precision") or column.type.startswith(
        "numeric"
    ):
        value = "0"
    elif column.type.startswith("timestamp") or column.type == "date":
        value = '"2025-01-01"'
    elif column.type.endswith("[]") or column.type in ("json", "jsonb"):
        value = '"{}"'
    else:
        value = f'"{column.labels[0]}"' if column.labels else '"…"'
    return f"constants = {{ {column.name} = {value} }}"


def listed(names: Iterable[str]) -> str:
    """Return what is known in place of an unknown name, in alphabetical order; of many names the first ones."""
    found = sorted(names)
    shown = ", ".join(found[:_KNOWN_SHOWN])
    return f"{shown} and {len(found) - _KNOWN_SHOWN} more" if len(found) > _KNOWN_SHOWN else shown or "none"
