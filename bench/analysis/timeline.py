"""The timeline: kept runs in order, and whether each may be set against the newest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.analysis.comparable import datasets_match, environment_fingerprint
from bench.analysis.rows import Answer
from bench.analysis.run_verdict import judge
from bench.analysis.summary import Summaries, Summary, summarise_all
from bench.errors import InputError
from bench.results.metrics import Kind, Metric
from bench.results.records import Dataset, Results


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A Moment is one run on one scan: the summaries of some metrics, and what tells it from the newest run.

    ``obstacle`` says why no figure of it can be set against the newest run's, empty where they can; ``same_machine``
    whether its times can as well.
    """

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
        """Return one implementation's summary; None where no sample was taken."""
        return self.summaries.get(self.scan, implementation, metric.name)

    def comparable(self, metric: Metric) -> bool:
        """Whether this moment's figure of ``metric`` can be set against the newest run's."""
        return not self.obstacle and (self.same_machine or metric.kind is not Kind.NOISY)


def common_scan(runs: Sequence[Results]) -> str:
    """Return the scan that most runs measured, the one with the most rows among equals.

    Raises InputError where no run measured any.
    """
    measured = [_measured_datasets(run) for run in runs]
    counts = Counter(scan for datasets in measured for scan in datasets)
    if not counts:
        raise InputError("none of the kept runs has a measurement; `bench run` makes one that has")
    rows = {scan: dataset.rows for datasets in measured for scan, dataset in datasets.items()}
    return max(counts, key=lambda scan: (counts[scan], rows[scan], scan))


def timeline(runs: Sequence[Results], scan: str, metrics: Sequence[Metric]) -> tuple[Moment, ...]:
    """Return the moment of every run that measured ``scan``, in the order of ``runs``, which is newest last.

    Raises InputError where none did.
    """
    measured = [run for run in runs if scan in _measured_datasets(run)]
    if not measured:
        known = ", ".join(
            repr(name) for name in dict.fromkeys(name for run in runs for name in _measured_datasets(run))
        )
        raise InputError(f"none of the kept runs measured the scan {scan!r}; choose --scan from {known or 'none'}")
    newest = measured[-1]
    names = {metric.name for metric in metrics}
    return tuple(
        Moment(
            scan=scan,
            created=run.created,
            revision=run.environment.revision,
            environment_fingerprint=environment_fingerprint(run.environment),
            implementations=run.implementations,
            summaries=summarise_all(one for one in run.measurements if one.scan == scan and one.metric in names),
            obstacle=_obstacle(run, newest, scan),
            same_machine=environment_fingerprint(run.environment) == environment_fingerprint(newest.environment),
        )
        for run in measured
    )


def _measured_datasets(run: Results) -> dict[str, Dataset]:
    measured = {one.scan for one in run.measurements if one.samples}
    return {dataset.scan: dataset for dataset in run.datasets if dataset.scan in measured}


def _obstacle(run: Results, newest: Results, scan: str) -> str:
    if run.scenario != newest.scenario:
        return f"another scenario than the newest run's: {run.scenario}"
    if not datasets_match(_measured_datasets(run)[scan], _measured_datasets(newest)[scan]):
        return "other data than the newest run's"
    if judge(run, Summaries({})).same_rows.answer is Answer.NO:
        return "the rows were not what they should be"
    return ""
