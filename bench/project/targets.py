"""The tables that a job writes: whether the project has them, with the columns that the description names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bench.jobs.job import Target
from bench.project.copy_plan import listed
from bench.project.place import Place
from bench.project.tables import Column, Tables

_REMEDY = "describe the project's tables by [[targets]]"


def check_targets(targets: Iterable[Target], project: Tables, place: Place) -> tuple[str, ...]:
    """Return the names of the tables; ``place`` is that of ``targets`` in the description.

    Raises InputError for a table or column that the project has not.
    """
    return tuple(_checked(target, project, place) for target in targets)


def _checked(target: Target, project: Tables, place: Place) -> str:
    if target.table not in project:
        raise place.fault(
            f"name the table {target.table}, which the project has not; known are {listed(project)}; {_REMEDY}"
        )
    columns: Mapping[str, Column] = project[target.table]
    for kind, name in _named(target):
        if name not in columns:
            raise place.fault(
                f"name the column {name} in {kind}, which the project's table {target.table} has not; known are "
                f"{listed(columns)}; {_REMEDY}"
            )
    return target.table


def _named(target: Target) -> Iterator[tuple[str, str]]:
    for kind, names in (
        ("own", target.own),
        ("uncompared", target.uncompared),
        ("order", target.order),
        ("copy_order", target.copy_order),
    ):
        yield from ((kind, name) for name in names)
