"""The pace of a run: how long its steps take, from those that were taken."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bench.harness.plan import END, LOAD, cost
from bench.messages.request import ProbeName

_SPREAD = {"pace": math.inf, "fixed": 0.7, "probe": 0.5, "implementation": 1.2, "scan": 0.25, "both": 0.4}
"""How far each kind of factor is from 1, as a standard deviation of its logarithm, before anything was measured."""
_NOISE = 0.15
"""The same of a step around what the factors give."""
_BESIDE = 1.15
"""How many times as long two samples take together as the longer one alone."""
_FIRST = 2
"""How many times as much is around an implementation's first sample."""
_ROUNDS_OF_FITTING = 15
_CLOSE = 1e-6

Factor = tuple[str, ...]
"""A kind of factor and whose it is, such as ``("implementation", "streaming")``."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A Step is one sample with all that is around it (starting, resetting, digesting), a load, or the run's end."""

    scan: str
    rows: float
    """What is to be written, or loaded; 0 where nobody knows, and then a call is taken to cost what is fixed."""
    probe: ProbeName | Literal["load", "end"]
    implementation: str
    first: bool = False
    """Whether it is its implementation's first on the scan, before which more is started than before later ones."""

    @property
    def fixed(self) -> float:
        """The cost that does not depend on rows, in rows written."""
        return cost(self.probe, 0) * (_FIRST if self.first else 1)

    @property
    def growing(self) -> float:
        """The cost of the call, in rows written."""
        unknown = not self.rows and self.probe != END
        return cost(self.probe, 0) if unknown else cost(self.probe, self.rows) - cost(self.probe, 0)

    @property
    def of_fixed(self) -> tuple[Factor, ...]:
        """The factors of ``fixed``."""
        kind = self.probe if self.probe in (LOAD, END) else "sample"
        return (("fixed", kind),)

    @property
    def of_growing(self) -> tuple[Factor, ...]:
        """The factors of ``growing``."""
        if self.probe in (LOAD, END):
            return (("probe", self.probe),)
        own = (("implementation", self.implementation), ("both", self.probe, self.implementation))
        return (("probe", self.probe), *own)

    @property
    def of_all(self) -> tuple[Factor, ...]:
        """The factors of both."""
        return (("pace",),) if self.probe == END else (("pace",), ("scan", self.scan))


Together = tuple[Step, ...]
"""Steps that are taken at once: one as a rule."""


class Pace:
    """A Pace has the factors that fit all steps taken so far best.

    A step takes pace · scan · (fixed cost · its factor + cost of the call · factors of probe, of implementation and of
    both). The costs are those of ``plan.cost``. Factors are about 1 unless steps show otherwise (a maximum a posteriori
    fit of their logarithms, normal around 0, by Gauss and Newton's method). Steps that stand out are trusted less.
    """

    def __init__(self, taken: Sequence[tuple[Together, float]]) -> None:
        """Fit the seconds in ``taken``; at least one step."""
        self._logs: dict[Factor, float] = defaultdict(float)
        factors = sorted({one for together, _ in taken for step in together for one in _factors(step)})
        places = {one: number for number, one in enumerate(factors)}
        firmness = np.array([_SPREAD[one[0]] ** -2 for one in factors])
        seconds = np.array([math.log(max(one, _CLOSE)) for _, one in taken])
        self._logs["pace",] = float(np.median(seconds - [self._log_seconds(together)[0] for together, _ in taken]))
        for _ in range(_ROUNDS_OF_FITTING):
            slopes = np.zeros((len(taken), len(factors)))
            off = np.empty(len(taken))
            for row, (together, _) in enumerate(taken):
                foreseen, slope = self._log_seconds(together)
                off[row] = seconds[row] - foreseen
                for factor, value in slope.items():
                    slopes[row, places[factor]] = value
            off /= _NOISE
            slopes /= _NOISE
            trust = 1 / (1 + (off / 3) ** 2)
            at = np.array([self._logs[one] for one in factors])
            normal: NDArray[np.float64] = slopes.T @ (trust[:, None] * slopes) + np.diag(firmness)
            change = np.linalg.solve(normal, slopes.T @ (trust * off) - firmness * at)
            for factor, value in zip(factors, np.clip(change, -2, 2), strict=True):
                self._logs[factor] += float(value)
            if np.abs(change).max() < _CLOSE:
                break

    def seconds(self, together: Together) -> float:
        """Return how long steps that are taken at once will take."""
        return math.exp(self._log_seconds(together)[0])

    def call_seconds(self, step: Step) -> float:
        """Return how long the call in ``step`` will take, without what is around it."""
        return step.growing * math.exp(self._sum((*step.of_all, *step.of_growing)))

    def _log_seconds(self, together: Together) -> tuple[float, Mapping[Factor, float]]:
        """Return the logarithm of the seconds, and its slope by each factor's logarithm."""
        found = max((self._one(step) for step in together), key=lambda one: one[0])
        return (found[0] + math.log(_BESIDE), found[1]) if len(together) > 1 else found

    def _one(self, step: Step) -> tuple[float, Mapping[Factor, float]]:
        fixed = step.fixed * math.exp(self._sum(step.of_fixed))
        growing = step.growing * math.exp(self._sum(step.of_growing))
        share = growing / (fixed + growing)
        slopes = dict.fromkeys(step.of_all, 1.0) | dict.fromkeys(step.of_fixed, 1 - share)
        return self._sum(step.of_all) + math.log(fixed + growing), slopes | dict.fromkeys(step.of_growing, share)

    def _sum(self, factors: Iterable[Factor]) -> float:
        return sum(self._logs.get(one, 0.0) for one in factors)


def _factors(step: Step) -> tuple[Factor, ...]:
    return (*step.of_all, *step.of_fixed, *step.of_growing)
