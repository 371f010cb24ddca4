"""When pairs are enough: a question is decided, its interval is narrow enough, or the time for it is spent."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.analysis.sequence import ERROR, ConfidenceSequence
from bench.results.stops import StopReason

WALL = "wall_seconds"
"""The metric of a question that names none."""

Interval = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Band:
    """A Band is the ratios that a question counts as no change, ``low`` to ``high``, both included."""

    low: float
    high: float

    @classmethod
    def around_one(cls, floor: float) -> Band:
        """Return the band of changes up to ``floor``, a share, in both directions."""
        return cls(low=1 / (1 + floor), high=1 + floor)

    @classmethod
    def up_to(cls, limit: float) -> Band:
        """Return the band of all ratios that a rule allows."""
        return cls(low=0.0, high=limit)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A Question is what pairs are taken for: whether ``other`` ÷ ``base`` on ``scan`` lies within ``band``."""

    scan: str
    base: str
    other: str
    band: Band
    metric: str = WALL


NO_CHANGE = Band.around_one(0.0)
"""The band of a question without a floor: is there any difference at all?"""


Sequences = Mapping[Question, ConfidenceSequence | None]
"""What is known about each question of a run; None stands for no pair."""


def answers(sequences: Sequences, error: float = ERROR) -> dict[Question, StopReason]:
    """Return the questions that are decided, each with the answer.

    Of two kinds of wrong answers each is given with a probability of at most ``error`` among all questions and over all
    looks: that a ratio is beyond its band when it is not, and that it is within its band when it is not. For each kind
    the questions are tested together by Holm's procedure, which needs nothing but the validity of every single test; a
    test by a confidence sequence has that at any time (R. Johari, P. Koomen, L. Pekelis, D. Walsh, "Always Valid
    Inference: Continuous Monitoring of A/B Tests", Operations Research 70, 2022).
    """
    return {**_holm(sequences, _within, error), **_holm(sequences, _beyond, error)}


def narrow(sequence: ConfidenceSequence, precision: float) -> bool:
    """Whether the interval reaches no further than ``precision``, a share, from its middle."""
    found = sequence.interval()
    return found is not None and found[1] - found[0] <= 2 * math.log1p(precision)


def _holm(
    sequences: Sequences,
    test: Callable[[Interval, Band], StopReason | None],
    error: float,
) -> dict[Question, StopReason]:
    """Reject at error ÷ the number of questions that are left, until no further one is rejected."""
    found: dict[Question, StopReason] = {}
    while len(found) < len(sequences):
        level = error / (len(sequences) - len(found))
        more = {
            question: reason
            for question, sequence in sequences.items()
            if question not in found
            and sequence is not None
            and (interval := sequence.interval(level)) is not None
            and (reason := test((math.exp(interval[0]), math.exp(interval[1])), question.band)) is not None
        }
        if not more:
            break
        found |= more
    return found


def _beyond(interval: Interval, band: Band) -> StopReason | None:
    low, high = interval
    if low > band.high:
        return StopReason.ABOVE
    return StopReason.BELOW if high < band.low else None


def _within(interval: Interval, band: Band) -> StopReason | None:
    low, high = interval
    return StopReason.WITHIN if band.low < band.high and band.low <= low and high <= band.high else None
