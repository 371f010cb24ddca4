"""How long the rest of a run takes, from the samples that were taken."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable

from bench.harness.pace import Pace, Step, Together


class TimeLeft:
    """TimeLeft learns how long steps take and says how long others will: as steps alike, else as ``Pace`` has it."""

    def __init__(self) -> None:
        self._alike: dict[Together, list[float]] = defaultdict(list)
        self._pace: Pace | None = None

    def took(self, together: Together, seconds: float) -> None:
        """Learn that steps that were taken at once, one as a rule, took ``seconds``."""
        self._alike[together].append(seconds)
        self._pace = None

    def of(self, steps: Iterable[Together]) -> float | None:
        """Return the seconds that ``steps`` will take one after another; None before anything is known."""
        if not self._alike:
            return None
        known: dict[Together, float] = {}
        return sum(known.get(one) or known.setdefault(one, self._one(one)) for one in steps)

    def call(self, step: Step) -> float | None:
        """Return how long the call in ``step`` will take; None before anything is known."""
        return self._known_pace().call_seconds(step) if self._alike else None

    def _one(self, together: Together) -> float:
        if together in self._alike:
            return statistics.median(self._alike[together])
        return self._known_pace().seconds(together)

    def _known_pace(self) -> Pace:
        if self._pace is None:
            self._pace = Pace([(one, statistics.median(seconds)) for one, seconds in self._alike.items()])
        return self._pace
