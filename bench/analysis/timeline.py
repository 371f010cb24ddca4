"""The timeline: kept runs in order, and whether each compares with the newest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.analysis.comparable import datasets_match, environment_fingerprint
from bench.analysis.rows import Answer, case_rows, judge_rows
from bench.analysis.summary import Summaries, Summary, summarise_all
from bench.errors import InputError
from bench.results.metrics import Kind, Metric
from bench.results.records import Dataset, Results


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A Moment is one run on one scan: the summaries of some metrics, and how it compares with the newest run.

    ``obstacle`` says why none of its figures compare with the newest run's, '' if they do; ``same_machine`` whether
    its times do as well.
    """

    place: int
    """The run's place in the history, 0 the oldest."""
    scan: str
    created: str
    revision: str
    """Empty where the run was taken outside a checkout."""
    environment_fingerprint: str
    implementations: tuple[str, ...]
    summaries: Summaries
    obstacle: str
    same_machine: bool

    def summary(self, implementation: str, metric: Metric) -> Summary | None:
        """Return one implementation's summary; None if no sample was taken."""
        return self.summaries.get(self.scan, implementation, metric.name)

    def comparable(self, metric: Metric) -> bool:
        """Whether this moment's figure of ``metric`` compares with the newest run's."""
        return not self.obstacle and (self.same_machine or metric.kind is not Kind.NOISY)


def common_scan(runs: Sequence[Results]) -> str:
    """Return the scan that most runs measured, the one with the most rows among equals.

    Raises InputError if no run measured any.
    """
    measured = [_measured_datasets(run) for run in runs]
    counts = Counter(scan for datasets in measured for scan in datasets)
    if not counts:
        raise InputError("none of the kept runs has a measurement; `bench run` makes one that has")
    rows = {scan: dataset.rows for datasets in measured for scan, dataset in datasets.items()}
    return max(counts, key=lambda scan: (counts[scan], rows[scan], scan))


def timeline(runs: Sequence[Results], scan: str, metrics: Sequence[Metric]) -> tuple[Moment, ...]:
    """Return the moment of every run that measured ``scan``, in the order of ``runs``, which is newest last.

    Raises InputError if none did.
    """
    measured = [(place, run) for place, run in enumerate(runs) if scan in _measured_datasets(run)]
    if not measured:
        known = ", ".join(
            repr(name) for name in dict.fromkeys(name for run in runs for name in _measured_datasets(run))
        )
        raise InputError(f"none of the kept runs measured the scan {scan!r}; choose --scan from {known or 'none'}")
    _, newest = measured[-1]
    names = {metric.name for metric in metrics}
    machines = {place: environment_fingerprint(run.environment_of(scan)) for place, run in measured}
    here = machines[measured[-1][0]]
    return tuple(
        Moment(
            place=place,
            scan=scan,
            created=run.created,
            revision=run.revision,
            environment_fingerprint=machines[place],
            implementations=run.implementations,
            summaries=summarise_all(one for one in run.measurements if one.scan == scan and one.metric in names),
            obstacle=_obstacle(run, newest, scan),
            same_machine=machines[place] == here,
        )
        for place, run in measured
    )


def _measured_datasets(run: Results) -> dict[str, Dataset]:
    measured = {one.scan for one in run.measurements if one.samples}
    return {dataset.scan: dataset for dataset in run.datasets if dataset.scan in measured}


def _obstacle(run: Results, newest: Results, scan: str) -> str:
    if run.scenario != newest.scenario:
        return f"another scenario than the newest run's: {run.scenario}"
    if not datasets_match(_measured_datasets(run)[scan], _measured_datasets(newest)[scan]):
        return "other data than the newest run's"
    if run.unfinished:
        return f"the run is unfinished ({run.unfinished})"
    rows = judge_rows(run, case_rows(run)).answer
    if rows is Answer.NO:
        return "the rows were not what they should be"
    return "" if rows is Answer.YES else "no digest proves its rows"
