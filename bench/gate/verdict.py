"""The gate's verdict: checks by name, the worst of their outcomes, and the exit code that follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """What one check, or the whole gate, comes to."""

    PASS = "pass"  # noqa: S105 - no password, whatever the name resembles
    REGRESSION = "regression"
    IMPROVEMENT = "improvement"
    INCONCLUSIVE = "inconclusive"
    NOT_COMPARABLE = "not comparable"
    TOOL_FAILURE = "tool failure"


WORST_FIRST = (
    Outcome.REGRESSION,
    Outcome.TOOL_FAILURE,
    Outcome.INCONCLUSIVE,
    Outcome.NOT_COMPARABLE,
    Outcome.IMPROVEMENT,
    Outcome.PASS,
)
"""A broken promise that was proven outranks a fault that left another one unproven."""

EXIT_CODES = {
    Outcome.PASS: 0,
    Outcome.IMPROVEMENT: 0,
    Outcome.REGRESSION: 1,
    Outcome.TOOL_FAILURE: 2,
    Outcome.INCONCLUSIVE: 3,
    Outcome.NOT_COMPARABLE: 3,
}


@dataclass(frozen=True, kw_only=True)
class Check:
    """A Check is one rule applied to one case: what came of it, in a sentence, and what it rests on.

    ``scan`` is None for a check of the whole run. ``noisy`` says that the outcome rests on a noisy metric: its
    regression counts only once a second batch shows it, too.
    """

    name: str
    """Rule, metric, scan and implementation: ``ceiling peak_heap_bytes 10k/20 streaming``."""
    outcome: Outcome
    sentence: str
    """What was measured against what, with units."""
    evidence: tuple[str, ...] = ()
    """Statements with their call sites, allocation sites that grew, differences of the environment."""
    scan: str | None = None
    noisy: bool = False


@dataclass(frozen=True, kw_only=True)
class GateVerdict:
    """A GateVerdict is all checks of a gate and the worst of their outcomes."""

    outcome: Outcome
    checks: tuple[Check, ...]

    @classmethod
    def of(cls, checks: Iterable[Check]) -> GateVerdict:
        """Return the verdict on ``checks``. A gate that checked nothing has not passed: it is a tool failure."""
        known = tuple(checks)
        found = {one.outcome for one in known} or {Outcome.TOOL_FAILURE}
        return cls(outcome=next(one for one in WORST_FIRST if one in found), checks=known)

    @property
    def exit_code(self) -> int:
        """0 pass or improvement, 1 regression, 2 tool failure, 3 inconclusive or not comparable."""
        return EXIT_CODES[self.outcome]

    def having(self, *outcomes: Outcome) -> tuple[Check, ...]:
        """Return the checks with one of ``outcomes``, the worst first and otherwise in their order."""
        found = [one for one in self.checks if one.outcome in outcomes]
        return tuple(sorted(found, key=lambda one: WORST_FIRST.index(one.outcome)))
