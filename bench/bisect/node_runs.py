"""The runs of a bisection whose commits nodes measure: what is measured is looked up, and what is not is asked for."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from bench.bisect.judge import NeededError, NotMeasuredError
from bench.bisect.runs import PROBES, CommitRuns
from bench.harness.plan import RunPlan, data_cost
from bench.jobs.implementation import Implementation
from bench.messages.request import ProbeName
from bench.nodes.identity import code_identity
from bench.nodes.kept import KeptCase, Unrunnable, Wanted
from bench.nodes.ledger import Ledger, Place
from bench.nodes.merge import merged
from bench.nodes.messages import CodeIdentity, Work
from bench.nodes.work import reference_of, works_of
from bench.results.bisection import Commit
from bench.results.environment import Environment
from bench.results.records import Results
from bench.revisions.code import CodeSource

_SAME_EVERYWHERE: ProbeName = "statements"
"""The probe of the reference for a metric of time: its figures, and the rows, are the same on every machine."""


class NodeRuns(CommitRuns):
    """NodeRuns are CommitRuns of cases in a ledger, and a ``bench.bisect.judge.Where``.

    A case is one data set at the commits of one run. Another run of the same commits, as for more pairs, is measured on
    the node that measured the first: pairs of two machines do not belong together.
    """

    def __init__(self, plan: RunPlan, source: CodeSource, ledger: Ledger) -> None:
        """See ``CommitRuns``."""
        super().__init__(plan, source)
        self._ledger = ledger
        self._outlooks = dict(zip(map(plan.job.label, plan.sources), plan.outlooks, strict=True))
        self._what = ""
        self._parts: Counter[str] = Counter()
        self._nodes: dict[str, dict[str, None]] = {}
        self._machines: dict[str, Environment] = {}
        self._works: dict[object, tuple[Work, ...]] = {}

    def reference(self, good: Commit, bad: Commit, metric: str | None) -> Work:
        """Return what every node measures first: good and bad, of a policy on its smallest data set.

        ``metric`` is None for a policy. Raises InputError for what nodes cannot measure.
        """
        if metric is not None:
            probe = PROBES[metric]
            plan = self._metric_plan([good, bad], _SAME_EVERYWHERE if probe == "time" else probe, 1)
            return works_of(plan, self._source.deciding, self._code)[0]
        ends = [
            replace(one, name=f"{one.name}@{commit.short}")
            for commit in (good, bad)
            for one in self._policy_plan(commit).implementations
            if one.revision
        ]
        plan = replace(self._plan, implementations=(*ends, *self._installed))
        works = works_of(plan, self._source.deciding, self._code)
        return reference_of(works, [self._cost(plan, one) for one in self._outlooks])

    def begin(self, what: str) -> None:
        """See ``Where``."""
        self._what = what
        self._parts.clear()
        self._nodes.clear()

    def nodes(self, commit: Commit) -> tuple[str, ...]:
        """See ``Where``."""
        return tuple(self._nodes.get(commit.hash, ()))

    @property
    def machines(self) -> Mapping[str, Environment]:
        """See ``Where``."""
        return self._machines

    def _at(self, commit: Commit, implementation: Implementation, name: str) -> Implementation:
        return replace(implementation, name=name, revision=commit.hash)

    def _measured(self, plan: RunPlan) -> Results:
        needed: list[Wanted] = []
        found: list[KeptCase] = []
        for work in self._works_of(plan):
            step = _step(work)
            part = self._parts[step]
            self._parts[step] += 1
            place = self._ledger.at(part_of(step, part))
            if place is not None and place.case is None and place.reason:
                raise NotMeasuredError(place.reason)
            if place is None or place.case is None:
                needed.append(self._wanted(plan, work, step, part))
                continue
            self._take(place, work)
            if isinstance(place.case, Unrunnable):
                raise NotMeasuredError(place.case.unrunnable)
            found.append(place.case)
        if needed:
            raise NeededError(needed)
        results = merged(found)
        assert results is not None  # every plan has a data set
        self.warnings |= dict.fromkeys(results.warnings)
        return results

    def _works_of(self, plan: RunPlan) -> tuple[Work, ...]:
        """Return the work of ``plan``, made once: what is known is looked up again and again."""
        named = tuple((one.name, one.revision) for one in plan.implementations)
        asked = named, tuple(map(plan.job.label, plan.sources)), plan.probes, plan.samples
        if asked not in self._works:
            self._works[asked] = works_of(plan, self._source.deciding, self._code)
        return self._works[asked]

    @cached_property
    def _code(self) -> CodeIdentity:
        """What has to be installed on a node: this suite, and the implementations that have no commits."""
        return code_identity(self._installed)

    @property
    def _installed(self) -> tuple[Implementation, ...]:
        return tuple(one for one in self._plan.implementations if one.project != self._source.name)

    def _wanted(self, plan: RunPlan, work: Work, step: str, part: int) -> Wanted:
        first = self._ledger.at(part_of(step, 0)) if part else None
        return Wanted(
            step=part_of(step, part),
            work=work,
            title=f"{self._what} on {work.label}" if len(self._outlooks) > 1 else self._what,
            cost=self._cost(plan, work.label),
            only=first.case.node if first is not None and first.case is not None else "",
        )

    def _cost(self, plan: RunPlan, label: str) -> float:
        return data_cost(self._outlooks[label], plan.planned)

    def _take(self, place: Place, work: Work) -> None:
        """Note who measured ``work``."""
        assert place.case is not None  # it was looked up
        name = self._name(place.case.node)
        for commit in work.commits.values():
            self._nodes.setdefault(commit, {})[name] = None
        if isinstance(place.case, KeptCase):
            self._machines[name] = place.case.results.environment

    def _name(self, node: str) -> str:
        """Return what reports call a node: two may have the same name."""
        names = {one.case.node: one.case.name for one in self._ledger.places.values() if one.case is not None}
        alone = [*names.values()].count(names[node]) == 1
        return names[node] if alone else f"{names[node]} ({node[:4]})"


def part_of(step: str, part: int) -> str:
    """Return what the ledger calls a part of a step; the first is 0."""
    return f"{step}/{part}"


def step_of(place: Place) -> tuple[str, int]:
    """Return the step of a place, and which part it is."""
    step, _, part = place.wanted.step.rpartition("/")
    return step, int(part)


def _step(work: Work) -> str:
    """Return the same for all runs of the same commits on the same data."""
    commits = "\n".join((work.label, *dict.fromkeys(work.commits.values())))
    return hashlib.sha256(commits.encode()).hexdigest()[:16]
