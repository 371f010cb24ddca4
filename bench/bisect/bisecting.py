"""The course of a bisection: confirm the ends, try commits until one is left, and keep what was found at any moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from bench.bisect.judge import Here, Judge, NeededError, NotMeasuredError, UndecidedError, Where, trial
from bench.bisect.past import BisectPlan, Content, Past
from bench.errors import BenchError
from bench.results.bisection import SCHEMA, Bisection, Commit, CommitTrial
from bench.revisions.search import Graph, Search, Standing
from bench.words import counted, plain, shorten

Keep = Callable[[Bisection], None]

_SUBJECT_WIDTH = 40
_STANDINGS = {"good": Standing.GOOD, "bad": Standing.BAD, "skipped": Standing.SKIPPED}


class Bisecting:
    """A Bisecting carries out one plan; ``bisection`` returns what there is at any time, also after an interruption."""

    def __init__(
        self,
        plan: BisectPlan,
        judge: Judge,
        say: Callable[[str], None] = lambda _: None,
        keep: Keep = lambda _: None,
        warnings: Callable[[], Sequence[str]] = tuple,
        past: Past | None = None,
        where: Where | None = None,
    ) -> None:
        """``say`` gets what is done now, ``keep`` what was found after each trial; ``warnings`` are the runs'.

        ``past`` is that of the plan, for one of several searches; ``where`` knows the nodes that measure.
        """
        self._plan = plan
        self._judge = judge
        self._say, self._keep = say, keep
        self._created = datetime.now(tz=UTC).isoformat(timespec="seconds")
        self._trials: dict[str, CommitTrial] = {}
        self._by_content: dict[Content, CommitTrial] = {}
        self._bases: tuple[str, ...] = ()
        self._graph = Graph(parents={}, changing=frozenset())
        self._search: Search | None = None
        self._warnings: list[str] = []
        self._warnings_of_runs = warnings
        self._past = past or Past(plan)
        self._where = where or Here()
        self._confirmed = False

    def run(self) -> Bisection:
        """Search to the end. Raises InputError or UndecidedError where there is nothing to search, and BenchError."""
        self._bases = self._past.bases
        self._graph = self._past.graph
        self._search = Search(self._graph)
        self._confirm_ends()
        self._confirm_bases()
        self._confirmed = True
        while (name := self._search.next()) is not None:
            commit = self._past.described([name])[name]
            left = self._search.steps_left
            self._say(f"{named(commit)} (about {counted(left, 'step')} left)")
            found = self._tried(commit)
            self._search.record(name, _STANDINGS[found.found])
            self._keep(self.bisection("not at its end yet"))
        return self.bisection()

    def ahead(self) -> Iterator[NeededError]:
        """Yield what is needed for commits that the search may come to, the nearest first, once the ends are known.

        What is known of others is noted.
        """
        if self._search is None or not self._confirmed:
            return
        needed: list[NeededError] = []

        def known(name: str) -> Standing | None:
            try:
                return _STANDINGS[self._tried(self._past.described([name])[name]).found]
            except NeededError as error:
                needed.append(error)
                return None

        for _ in self._search.ahead(known):
            yield needed.pop()

    def note(self, name: str) -> None:
        """Note what is known of a commit that the search may not come to."""
        if self._confirmed:
            with suppress(NeededError):
                self._tried(self._past.described([name])[name])

    @property
    def candidates(self) -> tuple[str, ...]:
        """See ``Search``."""
        return () if self._search is None else self._search.candidates

    @property
    def tried(self) -> frozenset[str]:
        """The commits of which something is known."""
        return frozenset(self._trials)

    @property
    def steps_left(self) -> int:
        """See ``Search``."""
        return 0 if self._search is None else self._search.steps_left

    def bisection(self, unfinished: str = "") -> Bisection:
        """Return all that was found so far; ``unfinished`` says why there is not more."""
        plan, judge = self._plan, self._judge
        order = {plan.good.hash: -2, **dict.fromkeys(self._bases, -1)}
        order |= {name: place for place, name in enumerate(self._graph.parents)}
        order[plan.good.hash] = -2  # where it is the merge base as well
        candidates = self._search.candidates if self._search and self._trials else ()
        described = self._past.described(candidates)
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
            machines=dict(self._where.machines),
            unfinished=unfinished,
        )

    def _confirm_ends(self) -> None:
        good, bad = self._plan.good, self._plan.bad
        ends = f"good {good.short} and bad {bad.short}"
        self._say(ends)
        self._where.begin(ends)
        try:
            trials = self._judge.ends(good, bad)
        except NotMeasuredError as error:
            raise UndecidedError(
                f"good {good.short} and bad {bad.short} must both be measured, and one cannot be: {error}; "
                "name other commits"
            ) from error
        for commit, found in zip((good, bad), trials, strict=True):
            self._note(commit, replace(found, nodes=self._where.nodes(commit)))
        self._keep(self.bisection("not at its end yet"))

    def _confirm_bases(self) -> None:
        """Try the common ancestors where good is on another branch than bad: they must be good as well."""
        bases = [one for one in self._bases if one != self._plan.good.hash]
        for name, commit in self._past.described(bases).items():
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
        content = self._past.content(commit.hash)
        if (known := self._by_content.get(content)) is None:
            known = self._judged(self._past.measured_as(commit))
        measured = known.same_as or known.commit.hash
        found = replace(known, commit=commit, same_as="" if measured == commit.hash else measured)
        self._note(commit, found)
        return found

    def _judged(self, commit: Commit) -> CommitTrial:
        self._where.begin(named(commit))
        try:
            found = self._judge.judge(commit)
        except NotMeasuredError as error:
            found = trial(commit, "skipped", str(error))
        return replace(found, nodes=self._where.nodes(commit))

    def _note(self, commit: Commit, found: CommitTrial) -> None:
        self._trials[commit.hash] = found
        self._by_content.setdefault(self._past.content(commit.hash), found)


def named(commit: Commit) -> str:
    """Return what progress calls a commit: its short hash and the beginning of its subject."""
    return f"{commit.short} {shorten(plain(commit.subject), _SUBJECT_WIDTH)}".rstrip()


def reason_of(error: BaseException) -> str:
    """Return why a search that ``error`` ended is unfinished."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return str(error) if isinstance(error, BenchError) else type(error).__name__
