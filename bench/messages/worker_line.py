"""The lines of JSON that a worker sends; what each command is answered with."""

from __future__ import annotations

from typing import Any

import msgspec

from bench.declare.divergence import Divergence
from bench.declare.laws import Law
from bench.declare.promise import Promise
from bench.declare.storage import STANDARD, Storage
from bench.results.calls import CountedCalls
from bench.results.heap import HeapPoint
from bench.worker.call_tree import PathAmounts

_NONE = msgspec.Raw(b"")


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The command was not fulfilled."""

    error: str
    """One line."""
    input_error: bool
    """Whether the user's input is at fault; no call was made then."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A Line is an answer, a failure, or a request to end every session on the database."""

    done: msgspec.Raw = _NONE
    """Empty where there is no answer."""
    failed: Failure | None = None
    terminate: bool = False


class Nothing(msgspec.Struct, frozen=True):
    """The answer to a command that is simply done."""


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to ``start``."""

    versions: dict[str, str]
    copied_for: tuple[str, ...] = ()
    """The passes for which a worker that was started to be copied may be."""
    moments: dict[str, float] = {}
    """When each part of the start was over, by the system's monotonic clock."""


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to ``copy``."""

    pid: int


class Waited(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to ``wait``: how a copy ended."""

    code: int


class Migrated(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to ``migrate``."""

    skipped: tuple[str, ...]


class DeclaredValues(msgspec.Struct, frozen=True, kw_only=True):
    """What decorators attached to a function."""

    laws: tuple[Law, ...] = ()
    promises: tuple[Promise, ...] = ()
    divergences: tuple[Divergence, ...] = ()
    storage: Storage = STANDARD


class DeclaredFunction(msgspec.Struct, frozen=True, kw_only=True):
    """What a function declares, and the fingerprint of its source."""

    source: str
    values: DeclaredValues


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to ``describe``, by name."""

    declared: dict[str, DeclaredFunction]


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What the figures of the worker's process may lack; see ``bench.worker.watched_call``."""

    unfinished: tuple[str, ...]
    used_children: bool
    cpu_unknown: bool


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to ``call``."""

    values: dict[str, float]
    outcome: Any
    coverage: Coverage
    heap: tuple[HeapPoint, ...] = ()
    trees: tuple[PathAmounts, ...] = ()
    django_statements: tuple[str, ...] = ()
    django_sites: tuple[str, ...] = ()
    issued: tuple[tuple[str, str], ...] = ()
    """(statement, ``file:line``) in the order in which the driver was given them."""
    calls: CountedCalls | None = None
    warnings: tuple[str, ...] = ()
    incomplete: dict[str, str] = {}
    """By metric, what the probe knows to be missing from its figure."""
