"""Storage: where an implementation keeps the rows that it writes, as the implementation declares it.

``@stores_in(Storage(relation="packed_view", reset=("packed",)))`` on an implementation says that its rows are not in
the task's own table. Digests, ``bench prove rows`` and the conformance suite then read ``relation``, and the harness
resets and watches the declared tables as it does the task's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bench.compliance.targets import ROWS
from bench.declare.declaration import Declaration, Function


@dataclass(frozen=True, kw_only=True)
class Storage:
    """A Storage is the relation from which an implementation's rows are read, and the tables behind it."""

    relation: str = ROWS
    """A table or view with the columns of the task's own table."""
    reset: tuple[str, ...] = ()
    """Tables with ``tenant_id`` and ``scan_id``, besides the task's own, that return to the loaded state before each
    sample. The first one holds the rows."""
    kept: tuple[str, ...] = ()
    """Tables that all scans share and that keep their rows over samples, such as texts stored once."""
    setup: str = ""
    """SQL that the database's owner runs after a scan was loaded, and again after each later load into the same
    database: it may create the tables, and gives the other scans, whose rows are in the task's own table, theirs."""


STANDARD = Storage()
"""The task's own tables: the storage of an implementation that declares none."""

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
    """Return the storage that an implementation declares, or the task's own."""
    return _STORAGE.of(implementation)


def storage_in(declared: Iterable[DeclaredStorage], implementation: str) -> Storage:
    """Return the storage of ``implementation`` among those ``declared``, or the task's own."""
    return next((one.storage for one in declared if one.implementation == implementation), STANDARD)
