"""The past: what a search reads of a clone, each thing once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bench.results.bisection import Commit
from bench.revisions.history import content_of, merge_bases, read_graph
from bench.revisions.repository import Repository
from bench.revisions.search import Graph

Content = tuple[str, ...]


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


class Past:
    """The Past is the history between the good and the bad commit of a plan. Every member raises InputError."""

    def __init__(self, plan: BisectPlan) -> None:
        self._plan = plan
        self._contents: dict[str, Content] = {}
        self._described: dict[str, Commit] = {}
        self._first: dict[Content, Commit] = {}

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """The common ancestors of good and bad: good alone where bad follows it."""
        return merge_bases(self._plan.repository, self._plan.good.hash, self._plan.bad.hash)

    @cached_property
    def graph(self) -> Graph:
        """The commits from which the first bad one is to be found."""
        plan = self._plan
        goods = (plan.good.hash, *self.bases)
        return read_graph(plan.repository, goods, plan.bad.hash, plan.paths, first_parent=plan.first_parent)

    def content(self, commit: str) -> Content:
        """Return the objects of the measured code: equal ones are the same code."""
        if commit not in self._contents:
            self._contents[commit] = content_of(self._plan.repository, commit, self._plan.paths)
        return self._contents[commit]

    def described(self, names: Iterable[str]) -> Mapping[str, Commit]:
        """Return what commits, given as full hashes, are recognised by."""
        names = tuple(names)
        missing = [name for name in names if name not in self._described]
        self._described |= {one.hash: one for one in self._plan.repository.describe(missing)}
        return {name: self._described[name] for name in names}

    def measured_as(self, commit: Commit) -> Commit:
        """Return the commit that is measured in the place of ``commit``: the first one asked for of the same code."""
        return self._first.setdefault(self.content(commit.hash), commit)
