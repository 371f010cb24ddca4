"""Good and bad are distinguished as the metric's kind has it; a commit between them by the side on which it is."""

from __future__ import annotations

import random

import pytest

from bench.analysis.divide import Divide, Figure, divide
from bench.results.metrics import METRICS

STATEMENTS, PEAK, UNTRACED, TIME = (
    METRICS[name] for name in ("statements_django", "peak_heap_bytes", "peak_heap_untraced_bytes", "wall_seconds")
)


def value(metric: str, *samples: float) -> Figure:
    return Figure(metric=METRICS[metric], samples=samples)


def pairs(ratio: float, count: int = 12, noise: float = 0.02, seed: int = 1) -> Figure:
    """Pairs of time whose true ratio is ``ratio``."""
    source = random.Random(seed)
    base = tuple(source.lognormvariate(0, noise) for _ in range(count))
    other = tuple(ratio * source.lognormvariate(0, noise) for _ in range(count))
    return Figure(metric=TIME, samples=other, base=base)


@pytest.mark.parametrize(
    ("metric", "good", "bad", "threshold"),
    [
        ("statements_django", 18, 19, 18.5),
        ("statements_django", 19, 18, 18.5),
        ("peak_heap_bytes", 10e6, 12e6, 11e6),
        ("peak_heap_bytes", 12e6, 10e6, 11e6),
    ],
)
def test_the_divide_is_in_the_middle_whichever_way_the_figure_moved(
    metric: str, good: float, bad: float, threshold: float
) -> None:
    found = divide(value(metric, good), value(metric, bad))
    assert found == Divide(threshold=threshold, above=bad > good)
    assert found.is_bad(value(metric, bad)) is True
    assert found.is_bad(value(metric, good)) is False


def test_a_slow_drift_is_bad_from_its_middle_on() -> None:
    found = divide(value("statements_django", 10), value("statements_django", 20))
    assert found is not None
    assert [found.is_bad(value("statements_django", one)) for one in (8, 14, 15, 16, 40)] == [
        False,
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("metric", "good", "bad"),
    [
        ("statements_django", 18, 18),
        ("peak_heap_bytes", 10e6, 10.09e6),
        ("peak_heap_bytes", 0.2e6, 0.9e6),
        ("peak_heap_untraced_bytes", 10 * 2**20, 12 * 2**20),
    ],
)
def test_ends_that_do_not_differ_have_no_divide(metric: str, good: float, bad: float) -> None:
    """Equal counts; peaks within 1 %, below 1 MB, or two steps of the allocator apart."""
    assert divide(value(metric, good), value(metric, bad)) is None


def test_a_tolerance_puts_the_divide_at_a_distance_from_good() -> None:
    assert divide(value("peak_heap_bytes", 10e6), value("peak_heap_bytes", 12e6), 0.25) is None
    found = divide(value("peak_heap_bytes", 10e6), value("peak_heap_bytes", 12e6), 0.1)
    assert found == Divide(threshold=11e6, above=True)
    assert found.is_bad(value("peak_heap_bytes", 11e6)) is False
    assert divide(value("peak_heap_bytes", 10e6), value("peak_heap_bytes", 8e6), 0.1) == Divide(
        threshold=9e6, above=False
    )


def test_noisy_ends_differ_where_the_interval_excludes_1() -> None:
    good = pairs(1.0)
    found = divide(good, pairs(1.44))
    assert found is not None
    assert found.threshold == pytest.approx(1.2, rel=0.05)
    assert divide(good, pairs(1.0)) is None
    assert divide(good, pairs(1.44, count=4)) is None
    assert divide(good, pairs(1.44), 0.5) is None
    assert divide(good, pairs(1.44), 0.1) == Divide(threshold=1.1, above=True)
    assert divide(good, pairs(0.7), 0.1) == Divide(threshold=0.9, above=False)


def test_a_noisy_figure_across_the_divide_is_not_decided_until_there_are_more_pairs() -> None:
    found = Divide(threshold=1.2, above=True)
    assert found.is_bad(pairs(1.4)) is True
    assert found.is_bad(pairs(1.0)) is False
    assert found.is_bad(pairs(1.2)) is None
    assert found.is_bad(pairs(1.25, count=8, noise=0.1)) is None
    assert found.is_bad(pairs(1.25, count=300, noise=0.1)) is True
    assert found.is_bad(pairs(1.4, count=3)) is None


def test_a_figure_without_samples_is_not_decided() -> None:
    assert Divide(threshold=1.2, above=True).is_bad(Figure(metric=PEAK, samples=())) is None
    assert divide(value("peak_heap_bytes", 1e7), Figure(metric=PEAK, samples=())) is None
