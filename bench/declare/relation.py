"""Relations: from which table or view the rows that an implementation writes are read.

``@reads_from("compliance_requirements_packed_view")`` on an implementation says that it keeps its rows in another form;
the relation has the columns of the table, and digests, ``bench rows`` and the conformance suite read it in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bench.declare.declaration import Declaration, Function

TABLE = "compliance_requirements_overviews"
"""Where rows are read that no implementation declares otherwise."""

_RELATION = Declaration("__bench_relation__", TABLE)


@dataclass(frozen=True, kw_only=True)
class DeclaredRelation:
    """From which relation the rows of an implementation are read."""

    implementation: str
    relation: str


def relation_in(declared: Iterable[DeclaredRelation], implementation: str) -> str:
    """Return the relation of ``implementation`` among those ``declared``, or the table."""
    return next((one.relation for one in declared if one.implementation == implementation), TABLE)


def reads_from(relation: str) -> Callable[[Function], Function]:
    """Attach ``relation`` to an implementation."""
    return _RELATION.attach(relation)


def relation_of(implementation: Callable[..., Any]) -> str:
    """Return the relation that an implementation declares, or the table."""
    return _RELATION.of(implementation)
