"""The course of a bisection: confirm the ends, try commits until one is left, and keep what was found at any moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bench.bisect.judge import Judge, NotMeasuredError, UndecidedError, trial
from bench.errors import BenchError
from bench.results.bisection import SCHEMA, Bisection, Commit, CommitTrial
from bench.revisions.history import content_of, merge_bases, read_graph
from bench.revisions.repository import Repository
from bench.revisions.search import Graph, Search, Standing
from bench.words import counted, shorten

Keep = Callable[[Bisection], None]

_SUBJECT_WIDTH = 40
_STANDINGS = {"good": Standing.GOOD, "bad": Standing.BAD, "skipped": Standing.SKIPPED}


@dataclass(frozen=True, kw_only=True)
class BisectPlan:
    """A BisectPlan is what the user asked to be searched."""

    repository: Repository
    good: Commit
    bad: Commit
    paths: tuple[str, ...]
    """Those of the measured code, relative to the clone's root; '' is all of it."""
    implementation: str
    scan: str
    """The label of the data set."""
    command: str
    first_parent: bool = False


class Bisecting:
    """A Bisecting carries out one plan; ``bisection`` returns what there is at any time, also after an interruption."""

    def __init__(
        self,
        plan: BisectPlan,
        judge: Judge,
        say: Callable[[str], None] = lambda _: None,
        keep: Keep = lambda _: None,
        warnings: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """``say`` gets what is done now, ``keep`` what was found after each trial; ``warnings`` are the runs'."""
        self._plan = plan
        self._judge = judge
        self._say, self._keep = say, keep
        self._created = datetime.now(tz=UTC).isoformat(timespec="seconds")
        self._trials: dict[str, CommitTrial] = {}
        self._by_content: dict[tuple[str, ...], CommitTrial] = {}
        self._bases: tuple[str, ...] = ()
        self._graph = Graph(parents={}, changing=frozenset())
        self._search: Search | None = None
        self._warnings: list[str] = []
        self._warnings_of_runs = warnings

    def run(self) -> Bisection:
        """Search to the end. Raises InputError or UndecidedError where there is nothing to search, and BenchError."""
        plan = self._plan
        self._bases = merge_bases(plan.repository, plan.good.hash, plan.bad.hash)
        goods = (plan.good.hash, *self._bases)
        self._graph = read_graph(plan.repository, goods, plan.bad.hash, plan.paths, first_parent=plan.first_parent)
        self._search = Search(self._graph)
        self._confirm_ends()
        self._confirm_bases()
        while (name := self._search.next()) is not None:
            commit = self._described([name])[name]
            left = self._search.steps_left
            self._say(f"{commit.short} {shorten(commit.subject, _SUBJECT_WIDTH)} (about {counted(left, 'step')} left)")
            found = self._tried(commit)
            self._search.record(name, _STANDINGS[found.found])
            self._keep(self.bisection("not at its end yet"))
        return self.bisection()

    def bisection(self, unfinished: str = "") -> Bisection:
        """Return all that was found so far; ``unfinished`` says why there is not more."""
        plan, judge = self._plan, self._judge
        order = {plan.good.hash: -2, **dict.fromkeys(self._bases, -1)}
        order |= {name: place for place, name in enumerate(self._graph.parents)}
        order[plan.good.hash] = -2  # where it is the merge base as well
        candidates = self._search.candidates if self._search and self._trials else ()
        described = self._described(candidates)
        return Bisection(
            schema=SCHEMA,
            created=self._created,
            command=plan.command,
            environment=judge.environment,
            implementation=plan.implementation,
            scan=plan.scan,
            dataset=judge.dataset,
            metric=judge.metric,
            policy=judge.policy,
            tolerance=judge.tolerance,
            threshold=judge.threshold,
            first_parent=plan.first_parent,
            commits=len(self._graph.parents),
            changing=len(self._graph.changing),
            trials=tuple(sorted(self._trials.values(), key=lambda one: order[one.commit.hash])),
            candidates=tuple(described[name] for name in candidates),
            warnings=(*self._warnings, *self._warnings_of_runs()),
            unfinished=unfinished,
        )

    def _confirm_ends(self) -> None:
        good, bad = self._plan.good, self._plan.bad
        self._say(f"good {good.short} and bad {bad.short}")
        try:
            trials = self._judge.ends(good, bad)
        except NotMeasuredError as error:
            raise UndecidedError(
                f"good {good.short} and bad {bad.short} must both be measured, and one cannot be: {error}; "
                "name other commits"
            ) from error
        for commit, found in zip((good, bad), trials, strict=True):
            self._note(commit, found)
        self._keep(self.bisection("not at its end yet"))

    def _confirm_bases(self) -> None:
        """Try the common ancestors where good is on another branch than bad: they must be good as well."""
        for name, commit in self._described([one for one in self._bases if one != self._plan.good.hash]).items():
            self._say(f"{commit.short}, the common ancestor of good and bad")
            found = self._tried(commit)
            if found.found == "bad":
                raise UndecidedError(
                    f"{name[:12]}, the common ancestor of good and bad, is bad already: the change is on the way from "
                    f"there to good {self._plan.good.short}; search there by --good {name[:12]} --bad "
                    f"{self._plan.good.short}, which finds what improved the figure"
                )
            if found.found == "skipped":
                self._warnings.append(
                    f"{name[:12]}, the common ancestor of good and bad, was skipped ({found.sentence}); it is taken "
                    "for good"
                )

    def _tried(self, commit: Commit) -> CommitTrial:
        """Measure a commit, or take the trial of one with the same code."""
        content = self._content(commit)
        if (known := self._by_content.get(content)) is not None:
            found = replace(known, commit=commit, same_as=known.same_as or known.commit.hash)
        else:
            try:
                found = self._judge.judge(commit)
            except NotMeasuredError as error:
                found = trial(commit, "skipped", str(error))
        self._note(commit, found)
        return found

    def _note(self, commit: Commit, found: CommitTrial) -> None:
        self._trials[commit.hash] = found
        self._by_content.setdefault(self._content(commit), found)

    def _content(self, commit: Commit) -> tuple[str, ...]:
        return content_of(self._plan.repository, commit.hash, self._plan.paths)

    def _described(self, names: list[str] | tuple[str, ...]) -> Mapping[str, Commit]:
        return {one.hash: one for one in self._plan.repository.describe(names)}


def reason_of(error: BaseException) -> str:
    """Return why a search that ``error`` ended is unfinished."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return str(error) if isinstance(error, BenchError) else type(error).__name__
