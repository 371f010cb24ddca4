"""The noise of one machine: what an implementation measured against itself says about the changes it can detect."""

from __future__ import annotations

from dataclasses import dataclass

from bench.analysis.comparable import environment_fingerprint
from bench.analysis.pairs import (
    PairedRatio,
    chance_ratio,
    log_ratio_deviation,
    paired_ratio,
    samples_of,
    smallest_detectable_ratio,
)
from bench.results.environment import NoiseFloor
from bench.results.metrics import METRICS, Kind
from bench.results.records import Results

PAIR_COUNTS = (6, 10, 20, 40)
"""The numbers of pairs for which reports say what they detect."""


@dataclass(frozen=True, kw_only=True)
class SelfComparison:
    """One noisy metric of an implementation against itself: the ratio, which should be 1, and its deviation."""

    metric: str
    ratio: PairedRatio
    deviation: float

    def detectable(self, pairs: int) -> float:
        """Return the smallest slow-down factor that ``pairs`` pairs detect, at 95 % confidence and 90 % power."""
        return smallest_detectable_ratio(self.deviation, pairs)


def compare_with_itself(results: Results) -> tuple[SelfComparison, ...]:
    """Pair the samples of the run's one implementation, first with second, third with fourth, and so on."""
    found = []
    scan, implementation = results.datasets[0].scan, results.implementations[0]
    for metric in METRICS.values():
        samples = samples_of(results.measurements, scan, implementation, metric.name)
        if metric.kind is not Kind.NOISY or len(samples) < 4:
            continue
        sides = samples[0::2], samples[1::2]
        ratio = paired_ratio(*sides)
        if ratio is not None:
            found.append(SelfComparison(metric=metric.name, ratio=ratio, deviation=log_ratio_deviation(*sides)))
    return tuple(found)


def noise_floor(results: Results, warnings: tuple[str, ...]) -> NoiseFloor:
    """Make the noise floor that later runs on this machine are compared with."""
    comparisons = compare_with_itself(results)
    return NoiseFloor(
        created=results.created,
        environment_fingerprint=environment_fingerprint(results.environment),
        scan=results.datasets[0].scan,
        implementation=results.implementations[0],
        pairs=comparisons[0].ratio.pairs if comparisons else 0,
        deviations={one.metric: one.deviation for one in comparisons},
        warnings=warnings,
    )


def detectable(floor: NoiseFloor | None, metric: str, pairs: int) -> float | None:
    """Return the smallest ratio that ``pairs`` pairs of ``metric`` detect on the floor's machine; None if not known."""
    deviation = _deviation(floor, metric)
    return None if deviation is None or pairs < 2 else smallest_detectable_ratio(deviation, pairs)


def chance(floor: NoiseFloor | None, metric: str, pairs: int) -> float | None:
    """Return the ratio that ``pairs`` pairs of the same code show by chance; None if the floor is not known."""
    deviation = _deviation(floor, metric)
    return None if deviation is None or pairs < 2 else chance_ratio(deviation, pairs)


def _deviation(floor: NoiseFloor | None, metric: str) -> float | None:
    return floor.deviations.get(metric) if floor else None
