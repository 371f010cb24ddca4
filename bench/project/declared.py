"""Declared: laws and promises of functions that cannot carry a decorator of this suite's."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from bench.declare.laws import Law, Step
from bench.declare.promise import Promise
from bench.project.place import Place


class _Step(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    statements: int
    size: int
    of: str


class _Law(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    base: int
    steps: list[_Step] = []


_LAW = 'for example { base = 14, steps = [{ statements = 1, size = 2000, of = "rows" }] }'


def read_laws(place: Place, value: object, functions: Collection[str]) -> Mapping[str, tuple[Law, ...]]:
    """Return the laws of ``[laws.NAME]``, each by its metric, for functions that are known. Raises InputError."""
    found: dict[str, tuple[Law, ...]] = {}
    for name, by_metric, at in place.entries(value, dict[str, object], "a table of laws, by metric"):
        at.one_of(name, functions, "function")
        found[name] = tuple(_law(law_at, metric, law) for metric, law, law_at in at.entries(by_metric, _Law, _LAW))
    return found


def _law(place: Place, metric: str, read: _Law) -> Law:
    try:
        steps = tuple(Step(step.statements, step.size, step.of) for step in read.steps)
        return Law(metric, read.base, steps)  # type: ignore[arg-type] # both check what they are given
    except ValueError as error:
        raise place.fault(f"cannot be read: {error}") from error


def read_promises(place: Place, value: object, functions: Collection[str]) -> Mapping[str, tuple[Promise, ...]]:
    """Return the promises of ``[promises]``, for functions that are known. Raises InputError."""
    known = [one.value for one in Promise]
    found: dict[str, tuple[Promise, ...]] = {}
    for name, made, at in place.entries(value, list[str], f'a list of promises, for example ["{known[0]}"]'):
        at.one_of(name, functions, "function")
        found[name] = tuple(Promise((at / number).one_of(one, known, "promise")) for number, one in enumerate(made))
    return found
