"""The goal of a run's pairs: what they are taken for, and when they are enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bench.analysis.stopping import NO_CHANGE, Question

PRECISION = 0.03
BUDGET_MINUTES = 2.0
EXPECTED_ROUNDS = 10
"""As many as a clear difference takes; where nothing else is known, the time left is estimated by it."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A Goal is what pairs are taken for, and when they are enough.

    The pairs of a question end when it is decided among all ``questions`` of the run, when its interval reaches no
    further than ``precision``, a share, from its middle, or when the time is spent: ``seconds`` for the rounds of all
    scans.
    """

    questions: tuple[Question, ...]
    precision: float = PRECISION
    seconds: float = 60 * BUDGET_MINUTES
    elsewhere: Mapping[str, float] = field(default_factory=dict)
    """Scans of the same run that another machine measures, each with its weight in the share of the time."""


def against_the_first(scans: Iterable[str], implementations: tuple[str, ...]) -> tuple[Question, ...]:
    """Return the questions of a run without a policy: does any implementation differ from the first one at all?"""
    base, *others = implementations
    return tuple(Question(scan=scan, base=base, other=other, band=NO_CHANGE) for scan in scans for other in others)
