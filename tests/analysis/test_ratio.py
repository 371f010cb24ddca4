"""A ratio claims a difference only where the samples can carry it."""

from __future__ import annotations

import pytest

from bench.analysis.ratio import Ratio, ratio
from bench.analysis.summary import Summary, summarise
from tests.results.builders import measurement


def of(metric: str, *samples: float) -> Summary:
    return summarise(measurement("s", "i", metric, *samples))


def test_it_is_the_base_divided_by_the_other() -> None:
    assert ratio(of("peak_heap_bytes", 100e6), of("peak_heap_bytes", 50e6)) == Ratio(2.0, told_apart=True)
    assert ratio(of("peak_heap_bytes", 50e6), of("peak_heap_bytes", 100e6)) == Ratio(0.5, told_apart=True)


@pytest.mark.parametrize(
    ("base", "other", "told_apart"),
    [
        ((4, 4, 4, 5), (1, 1, 1, 2), True),
        ((1, 1, 1, 2), (4, 4, 4, 5), True),
        ((4, 4, 4, 5), (3, 3, 3, 4), False),
        ((4, 4, 5), (1, 1, 2), False),
        ((4, 4, 4, 5), (1, 1, 2), False),
    ],
)
def test_noisy_sides_are_told_apart_by_four_samples_each_that_do_not_overlap(
    base: tuple[float, ...], other: tuple[float, ...], *, told_apart: bool
) -> None:
    found = ratio(of("wall_seconds", *base), of("wall_seconds", *other))
    assert found is not None
    assert found.told_apart is told_apart


def test_near_exact_sides_are_told_apart_from_one_per_cent_on() -> None:
    base = of("peak_heap_bytes", 100e6)
    small, large = ratio(base, of("peak_heap_bytes", 99.2e6)), ratio(base, of("peak_heap_bytes", 98e6))
    assert small is not None
    assert large is not None
    assert (small.told_apart, large.told_apart) == (False, True)


def test_no_ratio_against_next_to_nothing_of_exact_metrics_or_of_a_missing_side() -> None:
    peak = of("peak_heap_bytes", 90e6)
    assert ratio(peak, of("peak_heap_bytes", 0)) is None
    assert ratio(peak, of("peak_heap_bytes", 900_000)) is None
    assert ratio(of("wall_seconds", 1), of("wall_seconds", 0)) is None
    assert ratio(of("statements_django", 19), of("statements_django", 18)) is None
    assert ratio(peak, None) is None
    assert ratio(None, peak) is None
