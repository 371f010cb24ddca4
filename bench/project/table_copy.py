"""A TableCopy: how one of the job's tables gets into the project's, and how the description says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bench.project.place import Place

Constant = str | int | float | bool
_Constant: Any = Constant


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
    columns: Any = {}
    constants: Any = {}
    casts: Any = {}
    expressions: Any = {}
    defaults: list[str] = []


_WRITE = 'for example columns = { state = "status" } or constants = { active = true }'
_SOURCES = ("columns", "constants", "expressions", "defaults")
"""A column is filled from one of these; a cast may go with the first."""


def read_copies(place: Place, value: object) -> Mapping[str, TableCopy]:
    """Return the tables of ``[copy]`` by the job's table. Raises InputError."""
    found: dict[str, TableCopy] = {}
    for source, table, at in place.entries(value, dict[str, object], "the tables of the job, one [copy.TABLE] each"):
        read = at.read(table, _Copy, _WRITE)
        copy = TableCopy(
            source=source,
            table=read.table or source,
            skip=read.skip,
            where=read.where,
            columns=_texts(at / "columns", read.columns),
            constants={name: one for name, one, _ in (at / "constants").entries(read.constants, _Constant, _WRITE)},
            casts=_texts(at / "casts", read.casts),
            expressions=_texts(at / "expressions", read.expressions),
            defaults=tuple(read.defaults),
        )
        _refuse_two_sources(at, copy)
        found[source] = copy
    return found


def _texts(place: Place, value: object) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, text, at in place.entries(value, str, _WRITE):
        if not text.strip():
            raise at.fault("is empty; write its source, or take the line out")
        found[name] = text
    return found


def _refuse_two_sources(place: Place, copy: TableCopy) -> None:
    by_column: dict[str, str] = {}
    for mapping in _SOURCES:
        for column in getattr(copy, mapping):
            if column in by_column:
                raise (place / mapping / column).fault(
                    f"names a column that {by_column[column]} fills as well; keep one of the two"
                )
            by_column[column] = mapping
    for column in copy.casts:
        if by_column.get(column, "columns") != "columns":
            raise (place / "casts" / column).fault(
                f"has no effect on a column of {by_column[column]}; write the cast there, or take the line out"
            )
