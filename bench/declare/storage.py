"""Storage: where an implementation keeps the rows that it writes, as the implementation declares it.

``@stores_in(Storage(relation="packed_view", reset=("packed",)))`` on an implementation says that its rows are not in
the job's first table. Digests and whatever else reads rows then read ``relation``, and the harness resets and watches
the declared tables as it does the job's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bench.declare.declaration import Declaration, Function


@dataclass(frozen=True, kw_only=True)
class Storage:
    """A Storage is the relation from which an implementation's rows are read, and the tables behind it."""

    relation: str = ""
    """A table or view with the columns of the job's first table; '' for that table."""
    reset: tuple[str, ...] = ()
    """Tables with the own columns of the job's first table, besides the job's, that return to the loaded state before
    each sample. The first one holds the rows."""
    kept: tuple[str, ...] = ()
    """Tables that all calls share and that keep their rows over samples, such as texts stored once."""
    setup: str = ""
    """SQL that the database's owner runs after data were loaded, and again after each later load into the same
    database: it may create the tables, and gives the bystanders, whose rows are in the job's tables, theirs."""


STANDARD = Storage()
"""The job's own tables: the storage of an implementation that declares none."""

_STORAGE = Declaration("__bench_storage__", STANDARD)


@dataclass(frozen=True, kw_only=True)
class DeclaredStorage:
    """A DeclaredStorage is the storage of one implementation."""

    implementation: str
    storage: Storage


def stores_in(storage: Storage) -> Callable[[Function], Function]:
    """Attach ``storage`` to an implementation."""
    return _STORAGE.attach(storage)


def storage_of(implementation: Callable[..., Any]) -> Storage:
    """Return the storage that an implementation declares, or the job's own tables."""
    return _STORAGE.of(implementation)


def storage_in(declared: Iterable[DeclaredStorage], implementation: str) -> Storage:
    """Return the storage of ``implementation`` among those ``declared``, or the job's own tables."""
    return next((one.storage for one in declared if one.implementation == implementation), STANDARD)
