"""How long the rest of a run takes, from the samples that were taken."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bench.harness.plan import LOAD, cost
from bench.messages.request import ProbeName


@dataclass(frozen=True, kw_only=True)
class Step:
    """A Step is one sample with all that is around it (starting, resetting, digesting), or the load of a data set."""

    scan: str
    rows: float
    """What is to be written, or loaded."""
    probe: ProbeName | Literal["load"]
    implementation: str


class TimeLeft:
    """TimeLeft learns how long steps take and says how long others will.

    Nearest comes first: steps alike, those of other implementations, and else the cost that ``plan.cost`` foresees, at
    the rate of the scan, or of the last one of which there are steps. What a probe took more or less than foreseen on
    other scans counts there as well. Of samples, a load says something only while there is none.
    """

    def __init__(self) -> None:
        self._alike: dict[Step, list[float]] = defaultdict(list)
        self._scans: dict[str, list[tuple[Step, float]]] = defaultdict(list)

    def took(self, step: Step, seconds: float) -> None:
        """Learn that ``step`` took ``seconds``."""
        self._alike[step].append(seconds)
        self._scans[step.scan].append((step, seconds))

    def of(self, steps: Iterable[Step]) -> float | None:
        """Return the seconds that ``steps`` will take; None before there is anything to learn from."""
        if not self._scans:
            return None
        known: dict[Step, float] = {}
        return sum(known.get(step) or known.setdefault(step, self._one(step)) for step in steps)

    def _one(self, step: Step) -> float:
        if step in self._alike:
            return statistics.median(self._alike[step])
        alike = [seconds for one, seconds in self._scans.get(step.scan, ()) if one.probe == step.probe]
        if alike:
            return statistics.median(alike)
        # A scan of which there is nothing but its load says less than another one's samples.
        sampled = [scan for scan, taken in self._scans.items() if any(one.probe != LOAD for one, _ in taken)]
        known = sampled or list(self._scans)
        scan = step.scan if step.scan in known else known[-1]
        return cost(step.probe, step.rows) * self._rate(scan) * self._factor(step.probe)

    def _rate(self, scan: str) -> float:
        """Return the seconds per unit of foreseen cost on ``scan``."""
        taken = [one for one in self._scans[scan] if one[0].probe != LOAD] or self._scans[scan]
        return sum(seconds for _, seconds in taken) / sum(cost(one.probe, one.rows) for one, _ in taken)

    def _factor(self, probe: str) -> float:
        """Return how many times as long as foreseen ``probe`` takes, beside the other probes of its scans."""
        ratios = [
            seconds / (cost(probe, one.rows) * self._rate(scan))
            for scan, taken in self._scans.items()
            for one, seconds in taken
            if one.probe == probe
        ]
        return statistics.median(ratios) if ratios else 1.0
