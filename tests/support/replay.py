"""Runs that are replayed from durations: what would have been said about the time left, and what was."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bench.compliance.job import JOB
from bench.harness.beside import in_groups
from bench.harness.goal import Goal, against_the_first
from bench.harness.itinerary import Group, Itinerary
from bench.harness.plan import PlannedSample, RunPlan
from bench.harness.rounds import Rounds
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource
from bench.jobs.size import parse_size

Seconds = Callable[[str, Group], float]
"""From a scan and samples that are taken at once to how long they take."""
Calls = Callable[[str, str], float]
"""From a scan and an implementation to the wall time of a timed call."""


@dataclass
class Replay:
    """A Replay carries out a plan on a simulated clock."""

    plan: RunPlan
    seconds: Seconds
    loads: Mapping[str, float]
    end: float
    calls: Calls | None = None
    """Where the number of pairs is not planned."""
    seed: int = 0
    now: float = 0.0
    said: list[tuple[float, float | None]] = field(default_factory=list)
    """At the beginning of each sample: when, and what was said to be left."""

    def ratios(self) -> list[float]:
        """Return what was said divided by what it took, from the third sample on."""
        self.now, self.said = 0.0, []
        plan = self.plan
        rounds = None
        if plan.goal is not None:
            chance = random.Random(self.seed)
            rounds = Rounds(plan.goal, plan.time_weights, lambda: self.now, chance)
        itinerary = Itinerary(plan, rounds)
        for source in plan.sources:
            self._scan(plan.job.label(source), itinerary, rounds)
        whole = self.now + self.end
        return [(left or 0.0) / (whole - when) for when, left in self.said[2:]]

    def _scan(self, scan: str, itinerary: Itinerary, rounds: Rounds | None) -> None:
        self.now += self.loads[scan]
        itinerary.loaded(scan, self.loads[scan])
        planned = [one for one in self.plan.planned if rounds is None or one.probe != "time"]
        groups = tuple(in_groups(planned, at_once=self.plan.beside))
        for number, group in enumerate(groups):
            self._take(scan, group, itinerary, itinerary.left(scan, groups[number:]))
        if rounds is None:
            return
        assert self.calls is not None
        taken: dict[str, list[float]] = {name: [] for name in self.plan.names}

        def samples(name: str, _metric: str) -> tuple[float, ...]:
            return tuple(taken[name])

        on_scan = rounds.of_scan(scan, self.plan.names)
        while order := on_scan.next(samples):
            for position, name in enumerate(order):
                rest = [(PlannedSample("time", each, on_scan.taken),) for each in order[position:]]
                self._take(scan, rest[0], itinerary, itinerary.left(scan, rest, (), (on_scan, samples)))
                taken[name].append(self.calls(scan, name))

    def _take(self, scan: str, group: Group, itinerary: Itinerary, left: float | None) -> None:
        self.said.append((self.now, left))
        seconds = self.seconds(scan, group)
        self.now += seconds
        itinerary.took(scan, group, seconds)


def plan_of(scans: tuple[str, ...], implementations: tuple[str, ...], samples: int | None, *, beside: bool) -> RunPlan:
    """Return the plan of a run; None: pairs by the default goal."""
    plan = RunPlan(
        job=JOB,
        sources=tuple(DataSource(size=parse_size(JOB, one)) for one in scans),
        implementations=tuple(Implementation(name=one, function=f"own:{one}") for one in implementations),
        samples=samples or 0,
        command="bench run",
        beside=beside,
    )
    return plan if samples else replace(plan, goal=Goal(questions=against_the_first(scans, implementations)))


Recorded = Mapping[tuple[str, tuple[str, ...]], list[float]]
"""By probe and the implementations that were measured at once, their durations in order."""


def recorded_durations(durations: Recorded) -> Seconds:
    """Return durations as they were recorded; where more are asked for, from the first again."""
    next_of: dict[tuple[str, tuple[str, ...]], int] = {}

    def seconds(_scan: str, group: Group) -> float:
        key = group[0].probe, tuple(one.implementation for one in group)
        place = next_of[key] = next_of.get(key, -1) + 1
        return durations[key][place % len(durations[key])]

    return seconds


@dataclass(frozen=True, kw_only=True)
class Model:
    """A Model makes up durations: what surrounds a sample, calls by implementation, and noise of the machine."""

    around: float
    """Seconds around a sample, and as many more around the first of an implementation."""
    calls: Mapping[tuple[str, str], float]
    """By scan and implementation, seconds of the bare call."""
    probes: Mapping[str, float]
    """By probe, how many times as long the call takes."""
    noise: float
    seed: int

    def replay(self, plan: RunPlan, loads: Mapping[str, float], end: float) -> Replay:
        """Return a run of ``plan``."""
        rng = random.Random(self.seed)

        def seconds(scan: str, group: Group) -> float:
            first = plan.first_probe == group[0].probe and group[0].number == 1
            around = self.around * (2 if first else 1)
            each = (around + self.probes.get(one.probe, 1.0) * self._call(scan, one) for one in group)
            return max(each) * rng.lognormvariate(0, self.noise)

        def calls(scan: str, name: str) -> float:
            return self.calls[scan, name] * rng.lognormvariate(0, self.noise)

        return Replay(plan, seconds, loads, end, calls, seed=self.seed)

    def _call(self, scan: str, sample: PlannedSample) -> float:
        return self.calls[scan, sample.implementation]
