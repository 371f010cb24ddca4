"""A summary follows the kind that its metric declares."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from bench.analysis.summary import Spread, median_interval, summarise, summarise_all
from bench.errors import InputError
from tests.support.builders import measurement


def test_an_exact_metric_is_its_value() -> None:
    summary = summarise(measurement("s", "i", "rows_written", 5, 5, 5))
    assert (summary.centre, summary.low, summary.high, summary.warnings) == (5, 5, 5, ())
    assert summary.repeats


def test_an_exact_metric_that_differs_warns_with_its_range() -> None:
    summary = summarise(measurement("10k/20", "streaming", "statements_django", 18, 21, 18))
    assert (summary.low, summary.high) == (18, 21)
    assert not summary.repeats
    assert summary.warnings == ("Statements (Django) of streaming on 10k/20 differ between samples: 18 to 21",)


def test_a_near_exact_metric_is_the_median_with_the_range_and_without_a_warning() -> None:
    summary = summarise(measurement("s", "i", "peak_heap_bytes", 103, 100, 101))
    assert (summary.centre, summary.low, summary.high) == (101, 100, 103)
    assert summary.spread is Spread.RANGE
    assert summary.warnings == ()


def test_few_samples_of_a_noisy_metric_give_the_range_and_say_so() -> None:
    summary = summarise(measurement("s", "i", "wall_seconds", 3, 1, 2))
    assert (summary.centre, summary.low, summary.high) == (2, 1, 3)
    assert summary.spread is Spread.RANGE
    assert summary.warnings == ("n=3: range, not an interval",)


def test_six_samples_of_a_noisy_metric_give_an_interval_inside_the_range() -> None:
    samples = (1.0, 1.1, 1.2, 1.3, 1.4, 9.0)
    summary = summarise(measurement("s", "i", "wall_seconds", *samples))
    assert summary.spread is Spread.INTERVAL
    assert 1.0 <= summary.low < summary.centre < summary.high < 9.0
    assert summary.warnings == ()


def test_the_same_samples_have_the_same_interval_each_time() -> None:
    samples = tuple((place * place * 7919 % 10_007) / 1_000 for place in range(1, 101))
    assert len({median_interval(samples) for _ in range(8)}) == 1


def test_equal_samples_have_an_interval_without_width() -> None:
    assert median_interval((2.0,) * 6) == (2.0, 2.0)


def test_an_unknown_metric_is_an_error_that_names_the_known() -> None:
    with pytest.raises(InputError, match=r"'queue_depth'.*knows wall_seconds, .*rows_written"):
        summarise(measurement("s", "i", "queue_depth", 1))


def test_a_measurement_without_samples_has_no_summary() -> None:
    summaries = summarise_all([measurement("s", "i", "wall_seconds"), measurement("s", "i", "rows_written", 4)])
    assert summaries.get("s", "i", "wall_seconds") is None
    assert summaries.centre("s", "i", "wall_seconds") is None
    assert summaries.centre("s", "i", "rows_written") == 4


@pytest.mark.parametrize("count", [6, 7, 12, 41])
def test_the_interval_is_that_of_scipy_s_bootstrap(count: int) -> None:
    """It is computed in another way, for speed."""
    samples = tuple(np.random.default_rng(count).lognormal(0, 0.1, count))
    theirs = bootstrap(
        (np.asarray(samples),), np.median, n_resamples=4_999, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    assert median_interval(samples) == (theirs.low, theirs.high)
