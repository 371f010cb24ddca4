"""Laws: how an implementation's statements grow with the scan, as the implementation declares it.

``@declares(Law("statements_django", 18), …)`` on an implementation is its promise; the suite checks it on every scan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Quantity = Literal["rows", "counted findings", "regions"]

_ATTRIBUTE = "__bench_laws__"
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Step:
    """A Step is so many statements more for each begun ``size`` of a quantity: ceil(quantity / size) times."""

    statements: int
    size: int
    of: Quantity

    def times(self, *, rows: int, counted_findings: int, regions: int) -> int:
        """Return how often the step is begun on a scan."""
        quantities: dict[Quantity, int] = {"rows": rows, "counted findings": counted_findings, "regions": regions}
        return -(-quantities[self.of] // self.size)

    def __str__(self) -> str:
        each = self.of.removesuffix("s") if self.size == 1 else f"{self.size:,} {self.of}"
        return f"{self.statements} per {each}"


@dataclass(frozen=True)
class Law:
    """A Law is the exact count that a metric has on a scan with at least one counted region.

    ``base`` statements whatever the scan, and the steps on top.
    """

    metric: Literal["statements_django", "statements_server"]
    base: int
    steps: tuple[Step, ...] = ()

    def expected(self, *, rows: int, counted_findings: int, regions: int) -> int:
        """Return the count that the law gives for a scan."""
        return self.base + sum(
            step.statements * step.times(rows=rows, counted_findings=counted_findings, regions=regions)
            for step in self.steps
        )

    def __str__(self) -> str:
        """The law in words: ``constant 18``, or ``20 + 4 per 10,000 rows + 1 per 1,000 counted findings``."""
        if not self.steps:
            return f"constant {self.base}"
        return " + ".join([str(self.base), *map(str, self.steps)])


def declares(*laws: Law) -> Callable[[Function], Function]:
    """Attach ``laws`` to an implementation."""

    def attach(function: Function) -> Function:
        setattr(function, _ATTRIBUTE, laws)
        return function

    return attach


def laws_of(implementation: Callable[..., Any]) -> tuple[Law, ...]:
    """Return the laws that an implementation declares; none is no promise."""
    laws: tuple[Law, ...] = getattr(implementation, _ATTRIBUTE, ())
    return laws
