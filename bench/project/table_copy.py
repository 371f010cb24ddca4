"""A TableCopy: how one of the job's tables gets into the project's, and how the description says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from bench.project.place import Place

Constant = str | int | float | bool


@dataclass(frozen=True, kw_only=True)
class TableCopy:
    """A TableCopy says how the rows of one of the job's tables get into the project's.

    A column of the project's table is filled by what is said of it here, else from the job's column of its name, else
    by its default.
    """

    source: str
    """The job's table."""
    table: str
    """The project's."""
    skip: bool = False
    """Whether no row is copied."""
    where: str = ""
    """SQL that a row of the job's table must fulfil; '' for every row."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Project's column → the job's column of another name."""
    constants: Mapping[str, Constant] = field(default_factory=dict)
    """Project's column → one value for all rows."""
    casts: Mapping[str, str] = field(default_factory=dict)
    """Project's column → the type that the job's value is cast to; without one it travels as text."""
    expressions: Mapping[str, str] = field(default_factory=dict)
    """Project's column → SQL over a row of the job's table."""
    defaults: tuple[str, ...] = ()
    """Project's columns that are left to their defaults although the job has a column of that name."""

    @property
    def named(self) -> tuple[str, ...]:
        """The project's columns that the description names."""
        return (*self.columns, *self.constants, *self.casts, *self.expressions, *self.defaults)


class _Copy(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    table: str = ""
    skip: bool = False
    where: str = ""
    columns: dict[str, str] = {}
    constants: dict[str, str | int | float | bool] = {}
    casts: dict[str, str] = {}
    expressions: dict[str, str] = {}
    defaults: list[str] = []


_SOURCES = ("columns", "constants", "expressions", "defaults")
"""A column is filled from one of these; a cast may go with the first."""


def read_copies(place: Place, value: object) -> Mapping[str, TableCopy]:
    """Return the tables of ``[copy]`` by the job's table. Raises InputError."""
    found: dict[str, TableCopy] = {}
    for source, table, at in place.entries(value, dict[str, object], "the tables of the job, one [copy.TABLE] each"):
        read = at.read(table, _Copy, 'for example columns = { state = "status" } or constants = { active = true }')
        for mapping in ("columns", "casts", "expressions"):
            for column, text in getattr(read, mapping).items():
                if not text.strip():
                    raise (at / mapping / column).fault("is empty; write its source, or take the line out")
        _refuse_two_sources(at, read)
        found[source] = TableCopy(
            source=source,
            table=read.table or source,
            skip=read.skip,
            where=read.where,
            columns=read.columns,
            constants=read.constants,
            casts=read.casts,
            expressions=read.expressions,
            defaults=tuple(read.defaults),
        )
    return found


def _refuse_two_sources(place: Place, read: _Copy) -> None:
    by_column: dict[str, str] = {}
    for mapping in _SOURCES:
        for column in getattr(read, mapping):
            if column in by_column:
                raise (place / mapping).fault(
                    f"names the column {column} as {by_column[column]} does; keep one of the two"
                )
            by_column[column] = mapping
    for column in read.casts:
        if by_column.get(column, "columns") != "columns":
            raise (place / "casts" / column).fault(
                f"has no effect on a column of {by_column[column]}; write the cast there, or take the line out"
            )
