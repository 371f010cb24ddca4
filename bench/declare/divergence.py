"""Divergences: where an implementation is known to differ from the rules, as the implementation declares it.

``@diverges(Divergence("empty-region", "why"), …)`` admits a difference; ``bench prove conform`` checks it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.declare.declaration import Declaration, Function


@dataclass(frozen=True)
class Divergence:
    """A Divergence is a case of the conformance suite, by name, in which an implementation differs from the rules.

    ``reason`` says in a few words what it does instead and why. Raises ValueError where there is none.
    """

    case: str
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError(f"the divergence in case {self.case!r} has no reason; say why the rows differ there")


_DIVERGENCES: Declaration[tuple[Divergence, ...]] = Declaration("__bench_divergences__", ())


def alike(reason: str, *cases: str) -> tuple[Divergence, ...]:
    """Return a divergence for each of ``cases``, all for the same reason."""
    return tuple(Divergence(case, reason) for case in cases)


def diverges(*divergences: Divergence) -> Callable[[Function], Function]:
    """Attach ``divergences`` to an implementation. Raises ValueError for a case that is declared twice."""
    cases = [divergence.case for divergence in divergences]
    for case in cases:
        if cases.count(case) > 1:
            raise ValueError(f"the divergence in case {case!r} is declared twice; keep one of the two")
    return _DIVERGENCES.attach(divergences)


def divergences_of(implementation: Callable[..., Any]) -> tuple[Divergence, ...]:
    """Return the divergences that an implementation declares; none is the promise to follow the rules."""
    return _DIVERGENCES.of(implementation)
