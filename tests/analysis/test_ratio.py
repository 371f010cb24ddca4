"""A ratio claims a difference only where the samples can carry it."""

from __future__ import annotations

import pytest

from bench.analysis.ratio import Ratio, ratio, ratio_words
from bench.analysis.summary import Summary, summarise
from tests.support.builders import measurement


def of(metric: str, *samples: float) -> Summary:
    return summarise(measurement("s", "i", metric, *samples))


def test_it_is_the_other_divided_by_the_base() -> None:
    assert ratio(of("peak_heap_bytes", 100e6), of("peak_heap_bytes", 50e6)) == Ratio(
        0.5, distinguished=True, unit="bytes"
    )
    assert ratio(of("peak_heap_bytes", 50e6), of("peak_heap_bytes", 100e6)) == Ratio(
        2.0, distinguished=True, unit="bytes"
    )


SLOW = (4.0, 4.1, 4.2, 4.0, 4.3, 4.1)
FAST = (2.0, 2.1, 2.0, 2.1, 2.2, 2.0)


@pytest.mark.parametrize(
    ("base", "other", "distinguished"),
    [
        (SLOW, FAST, True),
        (FAST, SLOW, True),
        (SLOW, tuple(reversed(SLOW)), False),
        (SLOW[:5], FAST[:5], False),
        (SLOW, FAST[:5], False),
    ],
)
def test_noisy_sides_are_distinguished_by_six_pairs_whose_interval_excludes_one(
    base: tuple[float, ...], other: tuple[float, ...], *, distinguished: bool
) -> None:
    found = ratio(of("wall_seconds", *base), of("wall_seconds", *other))
    assert found is not None
    assert found.distinguished is distinguished


def test_the_interval_of_a_noisy_ratio_turns_with_its_sides() -> None:
    less, more = (
        ratio(of("wall_seconds", *SLOW), of("wall_seconds", *FAST)),
        ratio(of("wall_seconds", *FAST), of("wall_seconds", *SLOW)),
    )
    assert less is not None
    assert more is not None
    assert less.low is not None
    assert less.high is not None
    assert more.low == pytest.approx(1 / less.high, rel=0.01)
    assert more.high == pytest.approx(1 / less.low, rel=0.01)
    assert less.low < less.value < less.high < 1


def test_near_exact_sides_are_distinguished_from_one_per_cent_on() -> None:
    base = of("peak_heap_bytes", 100e6)
    small, large = ratio(base, of("peak_heap_bytes", 99.2e6)), ratio(base, of("peak_heap_bytes", 98e6))
    assert small is not None
    assert large is not None
    assert (small.distinguished, large.distinguished) == (False, True)


def test_words_follow_the_direction_and_the_unit() -> None:
    assert ratio_words(Ratio(0.4444, distinguished=True, unit="bytes")) == "2.25× less"
    assert ratio_words(Ratio(1.19, True, 1.08, 1.31, "seconds")) == "1.19× slower (1.08–1.31)"
    assert ratio_words(Ratio(0.5, True, 0.4, 0.625, "seconds")) == "2.00× faster (1.60–2.50)"
    assert ratio_words(Ratio(1.01, distinguished=False, unit="bytes"), interval=False) == "~1.01× more"


def test_no_ratio_against_next_to_nothing_of_exact_metrics_or_of_a_missing_side() -> None:
    peak = of("peak_heap_bytes", 90e6)
    assert ratio(peak, of("peak_heap_bytes", 0)) is None
    assert ratio(peak, of("peak_heap_bytes", 900_000)) is None
    assert ratio(of("wall_seconds", 1), of("wall_seconds", 0)) is None
    assert ratio(of("wall_seconds", 0), of("wall_seconds", 0)) is None
    assert ratio(of("statements_django", 19), of("statements_django", 18)) is None
    assert ratio(peak, None) is None
    assert ratio(None, peak) is None
