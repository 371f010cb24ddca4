"""The comparison of two runs: what may be compared, what changed, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from bench.analysis.change import (
    Change,
    ChangeVerdict,
    change_of,
    exact_change,
    near_exact_change,
    noisy_changes,
)
from bench.analysis.comparable import datasets_match, environment_differences, environment_fingerprint
from bench.analysis.noise import detectable
from bench.analysis.summary import Summaries, Summary, summaries_of
from bench.analysis.verdict import Answer, Judgement, judge
from bench.errors import InputError
from bench.results.metrics import METRICS, Kind
from bench.results.records import COPY_BASELINE, Case, Digest, Failure, Results

_MOST_NAMED = 6


class RunSide(Enum):
    """Which of the two runs."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class MissingCase:
    """A MissingCase is an implementation on a scan that was measured in one run only; ``side`` is the other run."""

    scan: str
    implementation: str
    side: RunSide


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A Comparison is two runs held against each other: changes in the order of the earlier run, and the obstacles."""

    before: Results
    after: Results
    obstacle: str
    """Why nothing of the two runs can be compared; empty where that is not so."""
    same_rows: Judgement
    environment_differences: tuple[str, ...]
    """Where there are any, noisy metrics are not compared."""
    changes: tuple[Change, ...]
    missing: tuple[MissingCase, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The samples that the later run could not take: they must not read as if nothing got worse."""
        return self.after.failures

    @property
    def worse(self) -> bool:
        """Whether something got worse: a metric, the rows, or a case that was measured and no longer is."""
        if self.obstacle:
            return False
        return (
            self.same_rows.answer is Answer.NO
            or bool(self.failures)
            or any(one.side is RunSide.AFTER for one in self.missing)
            or any(one.worse for one in self.changes)
        )

    @property
    def conclusive(self) -> bool:
        """Whether at least one metric could be held against its earlier self."""
        return any(one.conclusive for one in self.changes)


def compare(before: Results, after: Results) -> Comparison:
    """Compare two runs, case by case and metric by metric.

    Raises InputError where they have no case in common, or hold a metric that this version does not know.
    """
    cases = _measured_cases(before), _measured_cases(after)
    common = [case for case in cases[0] if case in cases[1]]
    if not common:
        raise InputError(
            f"nothing to compare: the first run measured {_listed(cases[0])}, the second {_listed(cases[1])}; "
            "name two runs of the same implementation on the same scan"
        )
    obstacle = ""
    if before.scenario != after.scenario:
        obstacle = f"another scenario: {before.scenario} → {after.scenario}"
    comparer = _Comparer(before, after, obstacle, common)
    return Comparison(
        before=before,
        after=after,
        obstacle=obstacle,
        same_rows=comparer.same_rows,
        environment_differences=environment_differences(before.environment, after.environment),
        changes=tuple(comparer.changes()),
        missing=(
            *(MissingCase(*case, RunSide.AFTER) for case in cases[0] if case not in cases[1]),
            *(MissingCase(*case, RunSide.BEFORE) for case in cases[1] if case not in cases[0]),
        ),
    )


def _measured_cases(results: Results) -> tuple[Case, ...]:
    measured = (one for one in results.measurements if one.samples and one.implementation != COPY_BASELINE)
    return tuple(dict.fromkeys((one.scan, one.implementation) for one in measured))


def _listed(cases: tuple[Case, ...]) -> str:
    if not cases:
        return "nothing"
    named = ", ".join(f"{implementation!r} on {scan!r}" for scan, implementation in cases[:_MOST_NAMED])
    return f"{named} and {len(cases) - _MOST_NAMED} more" if len(cases) > _MOST_NAMED else named


class _Comparer:
    """Holds what every case of a comparison is judged by."""

    def __init__(self, before: Results, after: Results, obstacle: str, common: list[Case]) -> None:
        self._before, self._after = before, after
        self._obstacle = obstacle
        self._common = common
        self._same_machine = environment_fingerprint(before.environment) == environment_fingerprint(after.environment)
        datasets = [{one.scan: one for one in results.datasets} for results in (before, after)]
        self._same_data = frozenset(
            scan
            for scan in datasets[0].keys() & datasets[1].keys()
            if datasets_match(datasets[0][scan], datasets[1][scan])
        )
        self._digests = _contents(before.digests), _contents(after.digests)
        self.same_rows = self._judge_rows()

    def _judge_rows(self) -> Judgement:
        """Judge whether each common case left the same in both runs, and each run what it should."""
        question = "Same rows in both runs"
        comparable = [case for case in self._common if case[0] in self._same_data and not self._obstacle]
        differences = [
            f"{case[1]} on {case[0]} left {_difference(*contents)}"
            for case in comparable
            if all(contents := [side.get(case, frozenset()) for side in self._digests]) and contents[0] != contents[1]
        ]
        for side, results in zip(RunSide, (self._before, self._after), strict=True):
            own = judge(results, Summaries({})).same_rows
            if own.answer is Answer.NO:
                # The last reason only says what follows from the others.
                differences += [f"in the run {side.value}, {reason}" for reason in own.reasons[:-1]]
        if differences:
            return Judgement(question, Answer.NO, (*differences, "no performance claim is made"))
        unproven = [case for case in comparable if not all(case in side for side in self._digests)]
        if unproven or not comparable:
            reason = f"no digests to compare of {_listed(tuple(unproven))}" if unproven else "no scan has the same data"
            return Judgement(question, Answer.UNKNOWN, (self._obstacle or reason,))
        cases = "the one case" if len(comparable) == 1 else f"each of {len(comparable)} cases"
        return Judgement(question, Answer.YES, (f"rows and summaries have equal digests in {cases}",))

    def changes(self) -> Iterator[Change]:
        """Yield the changes of every common case, in the order of the cases and of the metrics."""
        summaries = summaries_of(self._before), summaries_of(self._after)
        found = {
            (case, metric.name): self._judge(case, before, after)
            for case in self._common
            for metric in METRICS.values()
            for before, after in [tuple(side.get(*case, metric.name) for side in summaries)]
            if before is not None or after is not None
        }
        noisy = {key: change for key, change in found.items() if isinstance(change, tuple)}
        floors = [self._noise_floor(before, after) for before, after in noisy.values()]
        judged = dict(zip(noisy, noisy_changes(tuple(noisy.values()), floors), strict=True))
        for key, change in found.items():
            yield judged[key] if isinstance(change, tuple) else change

    def _judge(self, case: Case, before: Summary | None, after: Summary | None) -> Change | tuple[Summary, Summary]:
        """Judge one metric of one case; a noisy one is returned as it is, to be judged with all others."""
        if before is None or after is None:
            return change_of(before, after, ChangeVerdict.MISSING, f"not measured {'before' if after else 'after'}")
        if obstacle := self._obstacle_of(case, before.metric.kind):
            return change_of(before, after, *obstacle)
        if before.metric.kind is Kind.EXACT:
            return exact_change(before, after)
        if before.metric.kind is Kind.NEAR_EXACT:
            return near_exact_change(before, after)
        return before, after

    def _obstacle_of(self, case: Case, kind: Kind) -> tuple[ChangeVerdict, str] | None:
        """Say what forbids to compare a metric of this kind; None where nothing does."""
        if self._obstacle:
            return ChangeVerdict.NOT_COMPARABLE, self._obstacle
        if case[0] not in self._same_data:
            return ChangeVerdict.NOT_COMPARABLE, "the scan's data or its catalogue differ"
        if kind is Kind.EXACT:
            return None
        if self.same_rows.answer is Answer.NO:
            return ChangeVerdict.NO_CLAIM, "the rows differ"
        if not all(case in side for side in self._digests):
            return ChangeVerdict.NO_CLAIM, "the rows were not compared"
        if kind is Kind.NOISY and not self._same_machine:
            return ChangeVerdict.NOT_COMPARABLE, "the environments differ"
        return None

    def _noise_floor(self, before: Summary, after: Summary) -> float | None:
        """Return what as many pairs as there are samples detect on this machine, by the runs' own noise floors."""
        count = min(len(before.samples), len(after.samples))
        found = [
            ratio
            for results in (self._before, self._after)
            if results.noise_floor is not None
            and results.noise_floor.environment_fingerprint == environment_fingerprint(results.environment)
            and (ratio := detectable(results.noise_floor, before.metric.name, count)) is not None
        ]
        return max(found, default=None)


Content = tuple[str, str, int, int]
"""(rows' digest, summaries' digest, rows, summaries)"""


def _contents(digests: Iterable[Digest]) -> dict[Case, frozenset[Content]]:
    """Return for each case what its samples left, which is one content unless they disagree."""
    found: dict[Case, frozenset[Content]] = {}
    for one in digests:
        case = one.scan, one.implementation
        content = one.rows, one.summaries, one.row_count, one.summary_count
        found[case] = found.get(case, frozenset()) | {content}
    return found


def _difference(before: frozenset[Content], after: frozenset[Content]) -> str:
    """Say in what two different sets of contents differ."""
    first, second = min(before - after or before), min(after - before or after)
    parts = []
    for what, digest, count in (("rows", 0, 2), ("summaries", 1, 3)):
        if first[count] != second[count]:
            parts.append(f"{second[count]:,} {what}, before {first[count]:,}")
        elif first[digest] != second[digest]:
            parts.append(f"{second[count]:,} {what} as before, of other content")
    return " and ".join(parts) or "something else in another sample"
