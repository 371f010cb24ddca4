"""The itinerary of a run: the steps that are still to come, and how long they take."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bench.harness.beside import in_groups, worth_it
from bench.harness.pace import Step, Together
from bench.harness.plan import END, LOAD, PlannedSample, RunPlan, call_rows
from bench.harness.rounds import Rounds, Samples, ScanRounds
from bench.harness.rounds_ahead import Sides, TimedSide
from bench.harness.time_left import TimeLeft

Group = tuple[PlannedSample, ...]
"""Samples that are taken at once."""


class Itinerary:
    """An Itinerary follows one run: it learns how long steps took, and says how long the rest takes."""

    def __init__(self, plan: RunPlan, rounds: Rounds | None) -> None:
        """``rounds`` decide about the samples of time, where their number is not planned."""
        self._plan = plan
        self._rounds = rounds
        self._time = TimeLeft()
        self._outlooks = {
            plan.job.label(one): outlook for one, outlook in zip(plan.sources, plan.outlooks, strict=True)
        }
        self._later = list(self._outlooks)
        """The scans that are not loaded yet."""

    def loaded(self, scan: str, seconds: float) -> None:
        """Learn that loading ``scan``, the first one that was not loaded, took ``seconds``."""
        self._later.remove(scan)
        self._time.took((self._load(scan),), seconds)

    def took(self, scan: str, group: Group, seconds: float) -> None:
        """Learn that samples that were taken at once took ``seconds``."""
        self._time.took(self._together(scan, group), seconds)

    def expected(self, scan: str, group: Group) -> float | None:
        """Return the seconds that samples will take that are taken at once; None before anything is known."""
        return self._time.of([self._together(scan, group)])

    def left(
        self,
        scan: str,
        groups: Iterable[Group],
        failed: Collection[str] = (),
        now: tuple[ScanRounds, Samples] | None = None,
    ) -> float | None:
        """Return the seconds until the run has ended; None before anything is known.

        ``groups`` are what is to be taken of ``scan`` besides further rounds, which are taken ``now`` or later.
        """
        wanted = (tuple(one for one in group if one.implementation not in failed) for group in groups)
        steps = [self._together(scan, group) for group in wanted if group]
        for later in self._later:
            steps += [(self._load(later),), *self._samples(later)]
        loaded = sum(self._outlooks[one].loaded for one in (scan, *self._later))
        steps.append((Step(scan="", rows=loaded, probe=END, implementation=""),))
        seconds = self._time.of(steps)
        if seconds is None or self._rounds is None:
            return seconds
        sides = {one: self._sides(one, failed if one == scan else ()) for one in (scan, *self._later)}
        return seconds + self._rounds.seconds_ahead(sides, now)

    def _samples(self, scan: str) -> Iterable[Together]:
        planned = [one for one in self._plan.planned if self._rounds is None or one.probe != "time"]
        if self._plan.scenario == "rerun":
            planned = [*(PlannedSample("rows", name, 1) for name in self._plan.names), *planned]
        at_once = worth_it(self._plan, self._outlooks[scan])
        return (self._together(scan, group) for group in in_groups(planned, at_once=at_once))

    def _sides(self, scan: str, failed: Collection[str]) -> Sides:
        found = {}
        for name in self._plan.timed:
            step = self._step(scan, PlannedSample("time", name, 1))
            seconds, call = self._time.of([(step,)]), self._time.call(step)
            if seconds is not None and call is not None and name not in failed:
                found[name] = TimedSide(seconds=seconds, call=call)
        return found

    def _together(self, scan: str, group: Group) -> Together:
        return tuple(self._step(scan, one) for one in group)

    def _step(self, scan: str, sample: PlannedSample) -> Step:
        return Step(
            scan=scan,
            rows=call_rows(self._outlooks[scan]),
            probe=sample.probe,
            implementation=sample.implementation,
            first=sample.number == 1 and sample.probe == self._plan.first_probe,
        )

    def _load(self, scan: str) -> Step:
        return Step(scan=scan, rows=self._outlooks[scan].loaded, probe=LOAD, implementation="")
