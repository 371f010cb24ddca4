"""Divergences: where an implementation is known to differ from the rules, as the implementation declares it.

``@diverges(Divergence("empty-name", "why", "2 rows too many: …"), …)`` declares them; ``bench prove conform`` checks
that an implementation differs exactly as declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.declare.declaration import Declaration, Function


@dataclass(frozen=True)
class Divergence:
    """A Divergence is a case of the conformance suite, by name, in which an implementation differs from the rules.

    ``reason`` says in a few words what it does instead and why. ``difference`` is what differs, as ``bench prove
    conform`` words it, with only the class of an error. Raises ValueError if either is empty.
    """

    case: str
    reason: str
    difference: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError(f"the divergence in case {self.case!r} has no reason; say why the rows differ there")
        if not self.difference.strip():
            raise ValueError(
                f"the divergence in case {self.case!r} does not say what differs; copy it from bench prove conform"
            )


@dataclass(frozen=True, kw_only=True)
class DeclaredDivergences:
    """What an implementation declares, and the fingerprint of the source that declares it."""

    implementation: str
    divergences: tuple[Divergence, ...]
    source: str


_DIVERGENCES: Declaration[tuple[Divergence, ...]] = Declaration("__bench_divergences__", ())


def alike(reason: str, differences: Mapping[str, str]) -> tuple[Divergence, ...]:
    """Return a divergence for each case in ``differences``, all for the same reason."""
    return tuple(Divergence(case, reason, difference) for case, difference in differences.items())


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
