"""Summaries: what the samples of one metric say, following the metric's declared kind."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from bench.errors import InputError
from bench.results.metrics import METRICS, Kind, Metric
from bench.results.records import Measurement, Results

CONFIDENCE = 0.95
FEWEST_FOR_INTERVAL = 6
"""With fewer samples even the full range covers the median less often than ``CONFIDENCE``: 1 − 2·0.5⁵ = 0.94."""

_RESAMPLES = 4_999
_SEED = 0


class Spread(Enum):
    """What ``low`` and ``high`` of a Summary mean."""

    RANGE = "range"
    INTERVAL = "95 % interval of the median"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A Summary is one metric of one implementation on one scan: a centre and a spread, in the metric's unit.

    ``centre`` is the median; for an exact metric whose samples agree it is the value itself, and the spread is zero.
    ``warnings`` are the measurement's own and those of the summary.
    """

    scan: str
    implementation: str
    metric: Metric
    samples: tuple[float, ...]
    centre: float
    low: float
    high: float
    spread: Spread
    warnings: tuple[str, ...] = ()
    sequential: bool = False
    """Whether the samples themselves decided how many were taken."""

    @property
    def repeats(self) -> bool:
        """Whether all samples are equal."""
        return min(self.samples) == max(self.samples)


def summarise(measurement: Measurement) -> Summary:
    """Summarise the samples of ``measurement``, of which there is at least one.

    Raises InputError for a metric that this version does not know.
    """
    metric = METRICS.get(measurement.metric)
    if metric is None:
        known = ", ".join(METRICS)
        raise InputError(
            f"the results hold the metric {measurement.metric!r}, and this version knows {known}; "
            "read them with the version that wrote them"
        )
    samples = measurement.samples
    low, high, spread = min(samples), max(samples), Spread.RANGE
    warnings = list(measurement.warnings)
    if metric.kind is Kind.EXACT and low != high:
        warnings.append(
            f"{metric.title} of {measurement.implementation} on {measurement.scan} differ between samples: "
            f"{low:,.0f} to {high:,.0f}"
        )
    if metric.kind is Kind.NOISY:
        if len(samples) >= FEWEST_FOR_INTERVAL:
            low, high = median_interval(samples)
            spread = Spread.INTERVAL
        else:
            warnings.append(f"n={len(samples)}: range, not an interval")
    return Summary(
        scan=measurement.scan,
        implementation=measurement.implementation,
        metric=metric,
        samples=samples,
        centre=statistics.median(samples),
        low=low,
        high=high,
        spread=spread,
        warnings=tuple(warnings),
        sequential=measurement.sequential,
    )


def median_interval(samples: tuple[float, ...]) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of the median; the same samples give the same interval.

    Percentile and not BCa: BCa's acceleration comes from a jackknife, which is undefined for equal samples.
    """
    # What scipy.stats.bootstrap returns, in a quarter of its time: sorted samples need no median of each resample, only
    # the sorted places. A history has hundreds of them.
    ordered = np.sort(np.asarray(samples, dtype=float))
    count = len(ordered)
    places = np.sort(np.random.default_rng(_SEED).integers(0, count, size=(_RESAMPLES, count)), axis=1)
    medians = (ordered[places[:, (count - 1) // 2]] + ordered[places[:, count // 2]]) / 2
    low, high = np.percentile(medians, (50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE)))
    return float(low), float(high)


@dataclass(frozen=True)
class Summaries:
    """Every summary of one run, found by scan, implementation and metric name."""

    by_case: Mapping[tuple[str, str, str], Summary]

    def get(self, scan: str, implementation: str, metric: str) -> Summary | None:
        """Return one summary; None if no sample of it was taken."""
        return self.by_case.get((scan, implementation, metric))

    def centre(self, scan: str, implementation: str, metric: str) -> float | None:
        """Return one summary's centre; None if no sample of it was taken."""
        found = self.get(scan, implementation, metric)
        return None if found is None else found.centre


def summarise_all(measurements: Iterable[Measurement]) -> Summaries:
    """Summarise ``measurements``; one without a sample has no summary. Raises InputError as ``summarise`` does."""
    found = (summarise(measurement) for measurement in measurements if measurement.samples)
    return Summaries({(one.scan, one.implementation, one.metric.name): one for one in found})


def summaries_of(results: Results) -> Summaries:
    """Summarise every measurement of ``results``."""
    return summarise_all(results.measurements)
