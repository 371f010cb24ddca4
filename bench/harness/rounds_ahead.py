"""Rounds ahead: how many more pairs a scan will take, and how long they last, as far as that can be foreseen."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from bench.analysis.pairs import FEWEST_PAIRS
from bench.analysis.sequence import FEWEST_IN_SEQUENCE, Logs
from bench.analysis.stopping import Band, Question

_DEVIATION = 0.15
"""By what a pair's log ratio varies, before any is known, and as many pairs as that counts for."""
_DEVIATION_COUNTS = 4
_FORESEEN_COUNTS = 0.4
"""As many pairs as the ratio counts for that other passes let expect."""
_LIKELY = (-1.2, -0.4, -0.1, 0.1, 0.4, 1.2)
"""Of what is known of a ratio, its standard errors: where the true one may be."""
_PAIRS_PER_EFFECT = 8.0
"""A question takes FEWEST_IN_SEQUENCE pairs and these, divided by the square of the effect in deviations: half of all
decide so soon, by ``docs/how-many-pairs.md``."""
_REACH = 3.5
"""How far an interval reaches after one pair, in deviations; from there it shrinks with the root of the pairs."""
_MORE_IF_OPEN = 0.2
"""What a question takes that is open although it should be decided, as a share of the pairs it has."""
_ROUND_VARIES = 0.1
"""By what a round may take less or more than expected, so that there is time for one more or less."""
_LEAST = 0.25
"""Rounds that are counted on while a question is open."""

NO_LOGS: Logs = np.array([])
"""Of a question without a pair."""


@dataclass(frozen=True, kw_only=True)
class TimedSide:
    """A TimedSide is what one more time sample of an implementation is expected to take."""

    seconds: float
    """With all that is around it."""
    call: float
    """Of the call alone."""


Sides = Mapping[str, TimedSide]
"""By implementation."""


@dataclass(frozen=True, kw_only=True)
class RoundsAhead:
    """RoundsAhead are the rounds that a scan still takes: by question, and for those without one."""

    questions: Mapping[Question, Logs]
    """Those that are open, each with the log ratios of its pairs so far."""
    sides: Sides
    """Who may be in a round."""
    taken: Mapping[str, int]
    """How many time samples there are of each, 0 for who is not named."""
    settled: Collection[str] = ()
    """Who is in no further round without an open question."""
    companion: str | None = None
    """Who is in each round in which anybody is."""
    begun: int = 0
    """1 while a round goes on, which is none of those ahead."""
    precision: float

    def seconds(self, left: float) -> float:
        """Return how long they take, where they and the one that goes on may take ``left`` seconds, or one round."""
        found = [self._seconds(left, errors) for errors in _LIKELY]
        # Between few rounds and all that there is time for, the geometric mean is least wrong by a factor.
        return math.exp(sum(map(math.log, found)) / len(found)) if all(found) else 0.0

    def _seconds(self, left: float, errors: float) -> float:
        rounds = self._rounds(errors)
        if not rounds:
            return 0.0
        if self.companion is not None and self.companion in self.sides:
            rounds[self.companion] = max(rounds.values())
        whole = sum(number * self.sides[name].seconds for name, number in rounds.items())
        one = sum(self.sides[name].seconds for name in rounds)
        affordable = math.floor(max(left, 0.0) * (1 + errors * _ROUND_VARIES) / one) if one else 0
        if not any(self.taken.get(name) for name in rounds):
            affordable = max(1, affordable)
        affordable = max(0, affordable - self.begun)
        return max(min(whole, affordable * one), _LEAST * one)

    def _rounds(self, errors: float) -> dict[str, float]:
        """Return how many rounds each is expected to be in, where there are any."""
        found: dict[str, float] = {}
        for question, logs in self.questions.items():
            if question.base in self.sides and question.other in self.sides:
                more = self._more(question, logs, errors)
                for name in (question.base, question.other):
                    found[name] = max(found.get(name, 0.0), more)
        for name in self.sides:
            if name not in found and name not in self.settled and name != self.companion:
                more = FEWEST_PAIRS - self.taken.get(name, 0) - self.begun
                if more > 0:
                    found[name] = more
        return found

    def _more(self, question: Question, logs: Logs, errors: float) -> float:
        """Return how many more pairs ``question`` takes, where its ratio is by so many standard ``errors`` off."""
        foreseen = math.log(self.sides[question.other].call / self.sides[question.base].call)
        count = len(logs)
        counts = _FORESEEN_COUNTS + count
        centre = (_FORESEEN_COUNTS * foreseen + float(np.sum(logs))) / counts
        squares = _DEVIATION_COUNTS * _DEVIATION**2 + float(np.sum((logs - centre) ** 2))
        variance = squares / (_DEVIATION_COUNTS + count)
        effect = _distance(centre + errors * math.sqrt(variance / counts), question.band)
        # Several questions share the error, and each pair can halve what is left of it.
        fewest = FEWEST_IN_SEQUENCE + math.log2(len(self.questions))
        decided = fewest + _PAIRS_PER_EFFECT * variance / effect**2 if effect else math.inf
        narrow = max(FEWEST_IN_SEQUENCE, _REACH**2 * variance / math.log1p(self.precision) ** 2)
        more = min(decided, narrow) - count - self.begun
        return more if more > -_MORE_IF_OPEN else max(1.0 - self.begun, _MORE_IF_OPEN * count)


def _distance(centre: float, band: Band) -> float:
    """Return how far a log ratio is from what would leave the question open."""
    low, high = (-math.inf if band.low <= 0 else math.log(band.low)), math.log(band.high)
    if centre > high:
        return centre - high
    return low - centre if centre < low else min(centre - low, high - centre)
