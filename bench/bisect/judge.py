"""A Judge: measures commits and says whether they are good or bad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from bench.errors import BenchError
from bench.results.bisection import Commit, CommitTrial, Found
from bench.results.environment import Environment
from bench.results.metrics import METRICS
from bench.results.records import Dataset, Results

if TYPE_CHECKING:
    from bench.nodes.kept import Wanted


class UndecidedError(BenchError):
    """The search cannot begin: whether good and bad differ is not known."""

    exit_code = 3


class NotMeasuredError(BenchError):
    """A commit that cannot be measured, or whose figures do not count: a search skips it."""


class NeededError(BenchError):
    """A trial cannot be judged before ``wanted`` has been measured, on nodes; it is then judged from its beginning."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        super().__init__("it is not measured yet")
        self.wanted = tuple(wanted)


class Measure(Protocol):
    """A Measure runs the code of commits, all of one call interleaved, and names each by ``name``."""

    def name(self, commit: Commit) -> str:
        """Return what the results call the code of ``commit``."""
        ...

    def run(self, commits: Sequence[Commit], metric: str, samples: int) -> Results:
        """Take ``samples`` samples of ``metric`` of each commit. Raises NotMeasuredError, and other BenchErrors.

        NotMeasuredError is for a commit that cannot be run; every other error ends the search.
        """
        ...


class Judge(Protocol):
    """A Judge decides by one metric or by a policy."""

    @property
    def metric(self) -> str:
        """The one whose figures trials show; '' while none is known."""
        ...

    @property
    def policy(self) -> str:
        """The policy's file; '' for a metric."""
        ...

    @property
    def tolerance(self) -> float | None:
        """See ``Bisection``."""
        ...

    @property
    def threshold(self) -> float | None:
        """See ``Bisection``."""
        ...

    def ends(self, good: Commit, bad: Commit) -> tuple[CommitTrial, CommitTrial]:
        """Confirm both ends of the search.

        Raises InputError where they do not differ, UndecidedError where that is not known, NotMeasuredError where one
        cannot be measured.
        """
        ...

    def judge(self, commit: Commit) -> CommitTrial:
        """Return what a commit between the ends is. Raises NotMeasuredError for one to be skipped."""
        ...

    @property
    def environment(self) -> Environment | None:
        """That of the newest run."""
        ...

    @property
    def dataset(self) -> Dataset | None:
        """What was measured on."""
        ...


class Where(Protocol):
    """A Where knows which nodes measure what is tried."""

    def begin(self, what: str) -> None:
        """Note that something is tried from its beginning, and what messages call it."""
        ...

    def nodes(self, commit: Commit) -> tuple[str, ...]:
        """Return by name the nodes that have measured a commit since then."""
        ...

    @property
    def machines(self) -> Mapping[str, Environment]:
        """All of them so far."""
        ...


class Here:
    """What this machine tries: no node measures anything."""

    machines: Mapping[str, Environment] = {}

    def begin(self, what: str) -> None:
        """See ``Where``."""

    def nodes(self, _: Commit) -> tuple[str, ...]:
        """See ``Where``."""
        return ()


def trial(commit: Commit, found: Found, sentence: str) -> CommitTrial:
    """Return a trial without figures."""
    return CommitTrial(commit=commit, found=found, sentence=sentence)


def samples_of(results: Results, name: str, metric: str) -> tuple[float, ...]:
    """Return the samples of one implementation on the run's one data set. Raises NotMeasuredError if there are none.

    A failed sample makes the case's figures incomplete, so they do not count.
    """
    for failure in results.failures:
        if failure.implementation == name:
            raise NotMeasuredError(f"failed under the probe {failure.probe} ({failure.kind}): {failure.message}")
    for one in results.measurements:
        if (one.implementation, one.metric) == (name, metric) and one.samples:
            if one.incomplete:
                raise NotMeasuredError(f"{METRICS[metric].title} does not cover all of the work: {one.incomplete}")
            return one.samples
    raise NotMeasuredError(f"{METRICS[metric].title} was not measured; choose another metric, or another server")
