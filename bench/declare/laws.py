"""Laws: how an implementation's statements, calls or allocations grow with the data, as it declares.

``@declares(Law("statements_django", 18), …)`` on an implementation is its promise; the suite checks it on all data.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from bench.declare.declaration import Declaration, Function

Counted = Literal[
    "statements_django", "statements_server", "function_calls", "allocations", "allocated_bytes", "retained_bytes"
]
STATEMENTS = ("statements_django", "statements_server")
"""The metrics that count exactly; laws of all others have a tolerance."""
TOLERANCE = 0.01
"""The share by which they may differ from a law that says nothing else: a law has whole steps, work rarely."""


@dataclass(frozen=True)
class Step:
    """A Step is so many statements, calls or bytes more for each begun ``size`` of a quantity.

    That is ceil(quantity / size) times.

    ``of`` is ``rows`` or another quantity that the job names. Raises ValueError for a size below 1.
    """

    statements: int
    size: int
    of: str

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"a step of {self.size} {self.of} has no meaning; give its size as 1 or more")

    def times(self, quantities: Mapping[str, int]) -> int:
        """Return how often the step is begun on data of these quantities, which include ``of``."""
        return -(-quantities[self.of] // self.size)

    def __str__(self) -> str:
        each = self.of.removesuffix("s") if self.size == 1 else f"{self.size:,} {self.of}"
        return f"{self.statements:,} per {each}"


@dataclass(frozen=True)
class Law:
    """A Law is the exact count that a metric has on any data from which rows come out.

    ``base`` statements, calls or bytes whatever the data, and the steps on top. Raises ValueError for a metric that no
    law is about, and for a tolerance where it counts exactly.
    """

    metric: Counted
    base: int
    steps: tuple[Step, ...] = ()
    tolerance: float | None = None
    """The share by which a count may differ from the law, TOLERANCE for None; statements may not."""

    def __post_init__(self) -> None:
        known = get_args(Counted)
        if self.metric not in known:
            raise ValueError(f"no law knows the metric {self.metric!r}; write {' or '.join(map(repr, known))}")
        if self.tolerance is not None and (self.metric in STATEMENTS or not 0 <= self.tolerance < 1):
            raise ValueError(
                f"a law of {self.metric} has no tolerance of {self.tolerance}; function_calls has one of 0 to 1, "
                "and so have allocations and bytes"
            )

    @property
    def room(self) -> float:
        """The share by which a count may differ from the law."""
        if self.metric in STATEMENTS:
            return 0.0
        return TOLERANCE if self.tolerance is None else self.tolerance

    def expected(self, quantities: Mapping[str, int]) -> int:
        """Return the count that the law gives for data of these quantities, which include those of the steps."""
        return self.base + sum(step.statements * step.times(quantities) for step in self.steps)

    def holds(self, expected: int, count: float) -> bool:
        """Whether ``count`` is what the law expects."""
        return abs(count - expected) <= self.room * expected

    def unknown(self, known: Collection[str]) -> tuple[str, ...]:
        """Return the quantities of the steps that are not among ``known``."""
        return tuple(step.of for step in self.steps if step.of not in known)

    def __str__(self) -> str:
        """The law in words: ``constant 18``, or ``20 + 4 per 10,000 rows + 1 per 1,000 orders``."""
        room = f" ± {100 * self.room:.3g} %" if self.room else ""
        if not self.steps:
            return f"constant {self.base:,}{room}"
        return " + ".join([f"{self.base:,}", *map(str, self.steps)]) + room


_LAWS: Declaration[tuple[Law, ...]] = Declaration("__bench_laws__", ())


def declares(*laws: Law) -> Callable[[Function], Function]:
    """Attach ``laws`` to an implementation."""
    return _LAWS.attach(laws)


def laws_of(implementation: Callable[..., Any]) -> tuple[Law, ...]:
    """Return the laws that an implementation declares; none is no promise."""
    return _LAWS.of(implementation)
