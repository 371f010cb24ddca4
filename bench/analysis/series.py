"""Series: one metric of one implementation on one data set over the kept runs, as far as its figures compare."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.analysis.comparable import datasets_match, environment_fingerprint
from bench.analysis.rows import case_rows
from bench.results.cases import failed_cases
from bench.results.environment import Environment
from bench.results.metrics import METRICS, Kind, Metric
from bench.results.records import COPY_BASELINE, Case, Dataset, Measurement, Results


@dataclass(frozen=True, kw_only=True)
class Point:
    """A Point is one run's figure in a Series; ``place`` is the run's place in the history, 0 the oldest."""

    place: int
    created: str
    revision: str
    """The commit of the implementation's code, with ``+changes`` where it was changed; '' where none is known."""
    environment: Environment
    measurement: Measurement

    @property
    def value(self) -> float:
        """The median of the samples."""
        return statistics.median(self.measurement.samples)


@dataclass(frozen=True, kw_only=True)
class Series:
    """A Series is figures of runs of the same data in the same scenario, oldest first.

    Those of a noisy metric come from one machine and environment; exact and near-exact figures compare across them.
    """

    scan: str
    implementation: str
    metric: Metric
    points: tuple[Point, ...]


def series_of(runs: Sequence[Results], scans: Sequence[str] | None = None) -> tuple[Series, ...]:
    """Return every series of ``runs``, which are oldest first, on ``scans`` or all.

    A run has no part in it where it is unfinished, nor has a case that failed or whose rows are wrong or not proven,
    nor a figure that does not cover all of the work. Of the noisy metrics those count that every run must have.
    """
    known: dict[tuple[str, str], list[Dataset]] = {}
    found: dict[tuple[str, str, str, str, int, str], list[Point]] = {}
    for place, run in enumerate(runs):
        if run.unfinished:
            continue
        good = _good_cases(run)
        kinds = {
            one.scan: _kind_of_data(known.setdefault((one.scan, run.scenario), []), one)
            for one in run.datasets
            if scans is None or one.scan in scans
        }
        environments = {scan: run.environment_of(scan) for scan in kinds}
        machines = {scan: environment_fingerprint(environment) for scan, environment in environments.items()}
        code = {one.implementation: one.revision for one in run.code}
        for one in _figures(run, good):
            if one.scan in kinds:
                environment = environments[one.scan]
                noisy = METRICS[one.metric].kind is Kind.NOISY
                own = machines[one.scan] if noisy else ""
                key = one.scan, one.implementation, one.metric, run.scenario, kinds[one.scan], own
                found.setdefault(key, []).append(
                    Point(
                        place=place,
                        created=run.created,
                        revision=code.get(one.implementation, "") or environment.revision,
                        environment=environment,
                        measurement=one,
                    )
                )
    return tuple(
        Series(scan=scan, implementation=implementation, metric=METRICS[metric], points=tuple(points))
        for (scan, implementation, metric, *_), points in found.items()
    )


def _good_cases(run: Results) -> frozenset[Case]:
    failed = failed_cases(run)
    return frozenset(
        one.case
        for one in case_rows(run)
        if one.digested and not one.faults and not one.bystanders_changed and one.case not in failed
    )


def _figures(run: Results, good: frozenset[Case]) -> Iterator[Measurement]:
    for one in run.measurements:
        metric = METRICS.get(one.metric)
        if (
            metric is not None
            and one.samples
            and not one.incomplete
            and one.implementation != COPY_BASELINE
            and (one.scan, one.implementation) in good
            and metric.everywhere
        ):
            yield one


def _kind_of_data(known: list[Dataset], dataset: Dataset) -> int:
    """Return the place in ``known`` of the first data set with the same data, ``dataset`` itself if there is none."""
    for place, one in enumerate(known):
        if datasets_match(one, dataset):
            return place
    known.append(dataset)
    return len(known) - 1
