"""A bisection over nodes: the trials of a search measured on many machines, several at a time.

The search is that of one machine. It is carried out again from its beginning whenever something has been measured, as
far as what is known goes; what it needs next is asked of a node. Other nodes get the commits that it may come to, by
either outcome of those that are not known (``bench.revisions.search.Search.ahead``). So it finds what one machine does,
in whatever order nodes answer; a commit to which it can come no more is withdrawn.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.bisect.bisecting import Bisecting, Keep, named
from bench.bisect.judge import Judge, NeededError, NotMeasuredError, UndecidedError
from bench.bisect.node_runs import NodeRuns, part_of, step_of
from bench.bisect.past import BisectPlan, Past
from bench.errors import InputError
from bench.harness.plan import RunPlan
from bench.harness.progress import Progress
from bench.nodes.kept import KeptCases, Wanted
from bench.nodes.ledger import Ledger, Place
from bench.nodes.notices import Notices
from bench.nodes.office import Office
from bench.nodes.options import SpreadOptions
from bench.results.bisection import Bisection
from bench.revisions.code import CodeSource
from bench.words import counted


@dataclass(frozen=True, kw_only=True)
class NodeSearch:
    """A NodeSearch is what is searched over nodes, and how."""

    plan: BisectPlan
    measured: RunPlan
    """With today's implementations; the first one is what a metric is measured of."""
    source: CodeSource
    judge: Callable[[NodeRuns], Judge]
    """Makes a judge that has judged nothing."""
    metric: str | None
    """None where a policy decides."""
    timed: bool
    """Whether times are measured, which other nodes on a machine disturb."""
    arguments: Mapping[str, str]
    """What was asked for, by option: a search is resumed with the same."""


class SpreadBisecting:
    """A SpreadBisecting carries out one search: what ``bench.bisect.bisecting.Bisecting`` does on one machine."""

    def __init__(
        self,
        search: NodeSearch,
        options: SpreadOptions,
        output: Path,
        progress: Progress,
        office: type[Office] = Office,
    ) -> None:
        """``office`` is what deals with the nodes. Raises InputError for what cannot be spread."""
        self._search = search
        self._options = options
        self._keep: Keep = lambda _: None
        self._past = Past(search.plan)
        self._ledger = Ledger()
        self._runs = NodeRuns(search.measured, search.source, self._ledger)
        self._reference = self._runs.reference(search.plan.good, search.plan.bad, search.metric)
        self._notices = Notices(progress, self._ledger, self, timed=search.timed)
        self._folder = KeptCases(output)
        self._office = office(options, self._ledger, self._folder, self._notices, self._reference)
        self._newest = self._begun()
        self._known: object = None
        self._kept: frozenset[str] = frozenset()

    def keeping(self, keep: Keep) -> SpreadBisecting:
        """Have ``keep`` get what was found after each trial."""
        self._keep = keep
        return self

    def run(self) -> Bisection:
        """Search to the end. Raises InputError or UndecidedError where there is nothing to search, and BenchError."""
        if not self._options.resume:
            self._office.check()
        self._take_kept()
        self._notices.begin()
        try:
            self._look()
            if self._ledger.open:
                self._office.carry_out(self._look)
        finally:
            if not self._ledger.finished:
                self._folder.remove()
        return self._newest.bisection()

    def bisection(self, unfinished: str = "") -> Bisection:
        """Return all that was found so far; ``unfinished`` says why there is not more."""
        return self._newest.bisection(unfinished)

    def finish(self) -> None:
        """Remove what is kept of single cases, once the report is written."""
        self._folder.remove()

    work = 0.0
    """See ``bench.nodes.notices.Course``: nobody knows how many steps it takes."""

    @property
    def before(self) -> str:
        """See ``Course``."""
        done = sum(one.case is not None for one in self._ledger.places.values())
        return f"{counted(done, 'case')} {'was' if done == 1 else 'were'} measured before" if done else ""

    @property
    def heading(self) -> str:
        """See ``Course``."""
        if not self._newest.tried:
            return "good and bad"
        return f"about {counted(self._newest.steps_left, 'step')} left"

    def seconds_left(self, free: Sequence[float]) -> float | None:
        """See ``Course``: n nodes decide about log2(n + 1) steps at a time."""
        taken = [case.seconds for case in self._ledger.finished]
        if not taken or not self._newest.tried:
            return None
        return statistics.fmean(taken) * self._newest.steps_left / math.log2(len(free) + 1)

    def _take_kept(self) -> None:
        works, arguments = [self._reference], self._search.arguments
        if not self._options.resume:
            self._folder.begin(works, arguments)
            return
        for case in self._folder.resume(works, arguments):
            if case.wanted is None:
                self._office.keep_earlier(case)
            else:
                self._ledger.add(case.wanted, case.number)
                self._ledger.finish(case)

    def _begun(self) -> Bisecting:
        return Bisecting(
            self._search.plan,
            self._search.judge(self._runs),
            warnings=lambda: tuple(self._runs.warnings),
            past=self._past,
            where=self._runs,
        )

    def _look(self) -> None:
        """Go as far as what is known goes, and have what is needed next measured."""
        self._begin_lost_steps_again()
        if self._state() == self._known:
            return
        self._newest = self._begun()
        wanted: list[Wanted] = []
        try:
            self._newest.run()
        except NeededError as error:
            wanted = self._needed(error)
        except (InputError, UndecidedError):
            self._folder.remove()  # good and bad are not what was thought: the same search leads nowhere
            raise
        for name in self._measured():
            self._newest.note(name)
        self._office.withdraw(self._ledger.want(wanted))
        self._known = self._state()
        if self._newest.tried != self._kept:
            self._kept = self._newest.tried
            self._keep(self._newest.bisection("not at its end yet"))

    def _needed(self, first: NeededError) -> list[Wanted]:
        """Return what is to be measured, the most urgent first: as much as there are nodes, and what they have."""
        wanted = {one.step: one for one in (*first.wanted, *self._ends())}
        nodes = len(self._office.fit)
        if len(wanted) < nodes:
            for needed in self._newest.ahead():
                wanted |= {one.step: one for one in needed.wanted if one.step not in wanted}
                if len(wanted) >= nodes:
                    break
        relevant = {*self._newest.candidates} - self._newest.tried
        for place in self._given():
            if relevant.intersection(place.work.commits.values()):
                wanted.setdefault(place.wanted.step, place.wanted)
        return [*wanted.values()]

    def _ends(self) -> Iterator[Wanted]:
        """Yield what is needed of good and bad, which a policy is applied to one after the other."""
        plan = self._search.plan
        for commit in (plan.good, plan.bad) if self._search.metric is None and not self._newest.tried else ():
            self._runs.begin(named(commit))
            try:
                self._runs.whole(commit)
            except NeededError as error:
                yield from error.wanted
            except NotMeasuredError:
                pass  # the search itself says so

    def _given(self) -> Iterator[Place]:
        """Yield what nodes have."""
        return (
            one
            for one in self._ledger.places.values()
            if one.case is None and not one.reason and one not in self._ledger.pending
        )

    def _measured(self) -> tuple[str, ...]:
        """Return the commits in the graph that nodes have measured, or could not run."""
        commits = dict.fromkeys(
            commit
            for place in self._ledger.places.values()
            if place.case is not None
            for commit in place.work.commits.values()
        )
        return tuple(commit for commit in commits if commit in self._past.graph.parents)

    def _begin_lost_steps_again(self) -> None:
        """Begin steps again whose further pairs were to be measured on a node that is gone."""
        for place in list(self._ledger.pending):
            if place.wanted.only and self._office.is_gone(place.wanted.only) and place in self._ledger.pending:
                step, _ = step_of(place)
                parts = [one for one in self._ledger.places.values() if step_of(one)[0] == step]
                first = next(one for one in parts if one.wanted.step == part_of(step, 0))
                for one in parts:
                    if one.case is not None:
                        self._folder.drop(one.case)
                self._ledger.begin_again(first, [one for one in parts if one is not first])

    def _state(self) -> object:
        """Return what is known, and how many nodes there are: the search goes on where that is another one."""
        known = tuple((one.number, one.case is not None, one.reason) for one in self._ledger.places.values())
        return known, len(self._office.fit)
