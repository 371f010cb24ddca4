"""Laws: how an implementation's statements grow with the scan, as the implementation declares it.

``@declares(Law("statements_django", 18), …)`` on an implementation is its promise; the suite checks it on every scan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from bench.declare.declaration import Declaration, Function

Quantity = Literal["rows", "counted findings", "regions"]
Counted = Literal["statements_django", "statements_server"]


@dataclass(frozen=True)
class Step:
    """A Step is so many statements more for each begun ``size`` of a quantity: ceil(quantity / size) times.

    Raises ValueError for a size below 1 or an unknown quantity.
    """

    statements: int
    size: int
    of: Quantity

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"a step of {self.size} {self.of} has no meaning; give its size as 1 or more")
        _refuse_unknown(self.of, get_args(Quantity), "quantity")

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

    ``base`` statements whatever the scan, and the steps on top. Raises ValueError for a metric that no law is about.
    """

    metric: Counted
    base: int
    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        _refuse_unknown(self.metric, get_args(Counted), "metric")

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


_LAWS: Declaration[tuple[Law, ...]] = Declaration("__bench_laws__", ())


def declares(*laws: Law) -> Callable[[Function], Function]:
    """Attach ``laws`` to an implementation."""
    return _LAWS.attach(laws)


def laws_of(implementation: Callable[..., Any]) -> tuple[Law, ...]:
    """Return the laws that an implementation declares; none is no promise."""
    return _LAWS.of(implementation)


def _refuse_unknown(name: str, known: tuple[str, ...], what: str) -> None:
    if name not in known:
        raise ValueError(f"no law knows the {what} {name!r}; write {' or '.join(map(repr, known))}")
