"""Rounds: who is timed once more on a scan, until every question about pairs has its answer or its time is spent."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from bench.analysis.pairs import FEWEST_PAIRS
from bench.analysis.sequence import ConfidenceSequence, log_ratios
from bench.analysis.stopping import WALL, Question, answers, narrow
from bench.harness.goal import Goal
from bench.harness.rounds_ahead import NO_LOGS, RoundsAhead, Sides
from bench.results.stops import Stop, StopReason

Samples = Callable[[str, str], tuple[float, ...]]
"""From an implementation and a metric of time to the samples on the scan, in the order taken."""
Clock = Callable[[], float]


class Rounds:
    """Rounds are those of a whole run; each scan gets its share of the time, and ``stops`` says why pairs ended."""

    def __init__(
        self,
        goal: Goal,
        weights: Mapping[str, float],
        clock: Clock = time.monotonic,
        chance: random.Random | None = None,
    ) -> None:
        """Take ``weights`` as the shares of the scans that are to be measured, and ``chance`` for the order.

        Questions about other scans have no say.
        """
        self.goal = replace(goal, questions=tuple(one for one in goal.questions if one.scan in weights))
        self.clock = clock
        self.chance = chance or random.Random()  # noqa: S311 - an order, not a secret
        self.stops: list[Stop] = []
        self._weights = dict(weights)
        self._left = goal.seconds
        self._sequences: dict[Question, ConfidenceSequence | None] = dict.fromkeys(self.goal.questions)

    def of_scan(self, scan: str, implementations: tuple[str, ...], companion: str | None = None) -> ScanRounds:
        """Return the rounds of the scan that is measured next; time that it does not use is left to later ones.

        ``companion`` is in every round in which anybody is.
        """
        return ScanRounds(self, scan, implementations, companion, _share(self._left, self._weights, scan))

    def seconds_ahead(self, sides: Mapping[str, Sides], now: tuple[ScanRounds, Samples] | None = None) -> float:
        """Return how long all rounds will take: those of the scan that is timed ``now``, and those of later ones.

        ``sides`` are what a round of each of these scans is expected to take.
        """
        found, left, weights = 0.0, self._left, dict(self._weights)
        if now is not None:
            scan, samples = now
            found = scan.seconds_ahead(sides[scan.scan], samples)
            left -= found
        for scan_name, scan_sides in sides.items():
            if scan_name in weights:
                ahead = RoundsAhead(
                    questions={one: NO_LOGS for one in self.goal.questions if one.scan == scan_name},
                    sides=scan_sides,
                    taken={},
                    precision=self.goal.precision,
                )
                seconds = ahead.seconds(_share(left, weights, scan_name))
                found += seconds
                left -= seconds
        return found

    def spend(self, seconds: float) -> None:
        """Take ``seconds`` off what is left for all scans."""
        self._left -= seconds

    def decide(self, known: Mapping[Question, ConfidenceSequence]) -> dict[Question, StopReason]:
        """Return what is decided among all questions of the run, given what is ``known`` of some."""
        self._sequences |= known
        return answers(self._sequences)


class ScanRounds:
    """ScanRounds are those of one scan: both sides of every open question are in each.

    An implementation that nobody can be compared with gets FEWEST_PAIRS samples, for the interval of its median.
    """

    def __init__(
        self, rounds: Rounds, scan: str, implementations: tuple[str, ...], companion: str | None, seconds: float
    ) -> None:
        self.taken = 0
        """Rounds so far."""
        self.scan = scan
        self._rounds = rounds
        self._implementations = implementations
        self._companion = companion
        self._seconds = seconds
        self._open = [one for one in rounds.goal.questions if one.scan == scan]
        self._settled: set[str] = set()
        self._spent = 0.0
        self._samples = 0
        self._round_began: float | None = None

    def seconds_ahead(self, sides: Sides, samples: Samples) -> float:
        """Return how long rounds will take after the one that goes on, where a sample takes what ``sides`` say."""
        ahead = RoundsAhead(
            questions={
                one: NO_LOGS if logs is None else logs
                for one in self._open
                for logs in (log_ratios(samples(one.base, one.metric), samples(one.other, one.metric)),)
            },
            sides=sides,
            taken={name: len(samples(name, WALL)) for name in sides},
            settled=self._settled,
            companion=self._companion,
            begun=1,
            precision=self._rounds.goal.precision,
        )
        return ahead.seconds(self._seconds - self._spent)

    def next(self, samples: Samples, failed: Collection[str] = ()) -> tuple[str, ...]:
        """Return who is timed in the next round, in order; nobody where the scan is finished.

        The order is left to chance. Samples next to each other are alike on a busy machine, so in an order that
        alternates (A B, B A) neighbouring pairs fall to the same side: equal code recorded so gave 9 % false alarms
        instead of 3 % (``docs/how-many-pairs.md``). With a coin, the sides are fair whatever the machine does.

        Who is left out once stays out, so that the i-th samples of any two implementations are from the same round.
        """
        self._account()
        self._stop([one for one in self._open if {one.base, one.other} & {*failed}], StopReason.FAILED, samples)
        self._stop_what_is_enough(samples)
        wanted = self._wanted(samples, failed)
        if wanted and self.taken and self._spent * (1 + len(wanted) / self._samples) > self._seconds:
            self._stop(self._open, StopReason.BUDGET, samples)
            wanted = ()
        if not wanted:
            return ()
        self.taken += 1
        self._samples += len(wanted)
        self._round_began = self._rounds.clock()
        return tuple(self._rounds.chance.sample(wanted, len(wanted)))

    def _account(self) -> None:
        """Add the round that has ended to what is spent."""
        if self._round_began is not None:
            passed = self._rounds.clock() - self._round_began
            self._spent += passed
            self._rounds.spend(passed)
            self._round_began = None

    def _stop_what_is_enough(self, samples: Samples) -> None:
        known = {
            one: ConfidenceSequence(logs)
            for one in self._open
            if (logs := log_ratios(samples(one.base, one.metric), samples(one.other, one.metric))) is not None
        }
        decided = self._rounds.decide(known)
        for question, sequence in known.items():
            if question in decided:
                self._stop([question], decided[question], samples)
            elif narrow(sequence, self._rounds.goal.precision):
                self._stop([question], StopReason.PRECISE, samples)

    def _stop(self, questions: Iterable[Question], reason: StopReason, samples: Samples) -> None:
        for one in tuple(questions):
            self._open.remove(one)
            if reason is not StopReason.FAILED:
                self._settled |= {one.base, one.other}
            self._rounds.stops.append(
                Stop(
                    scan=one.scan,
                    base=one.base,
                    other=one.other,
                    metric=one.metric,
                    pairs=min(len(samples(name, one.metric)) for name in (one.base, one.other)),
                    reason=reason,
                    low=one.band.low,
                    high=one.band.high,
                )
            )

    def _wanted(self, samples: Samples, failed: Collection[str]) -> tuple[str, ...]:
        asked = {name for one in self._open for name in (one.base, one.other)}
        wanted = tuple(
            name
            for name in self._implementations
            if name not in failed
            and (name in asked or (name not in self._settled and len(samples(name, WALL)) < FEWEST_PAIRS))
        )
        if wanted and self._companion is not None and self._companion not in failed:
            return (*wanted, self._companion)
        return wanted


def _share(left: float, weights: dict[str, float], scan: str) -> float:
    """Take ``scan`` out of the ``weights`` of what is to be measured, and return its share of what is ``left``."""
    whole = sum(weights.values())
    return left * weights.pop(scan) / whole if whole else left
