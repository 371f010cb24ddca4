"""The simulation behind ``docs/how-many-pairs.md``, small and with a seed: few false alarms, and changes are found."""

from __future__ import annotations

import numpy as np
import pytest

from bench.analysis.sequence import ERROR
from experiments.pairs_needed import (
    MOST_PAIRS,
    alternated,
    decided_after,
    false_alarms,
    fit,
    fitted,
    half_width,
    noises,
    pairs_taken,
    recorded,
    resampled,
    tossed,
)

RUNS = 1_500


@pytest.mark.parametrize("noise", noises())
def test_equal_code_raises_a_false_alarm_in_fewer_than_five_of_a_hundred_runs(noise: str) -> None:
    """With one question and with three, on every kind of noise that was recorded or made up."""
    found = false_alarms(noises()[noise], RUNS, seed=60)
    assert found.one < ERROR
    assert found.three < ERROR
    assert found.naive > 0.2, "a rule that looks after every pair at 5 %"


def test_recorded_samples_fool_an_order_that_alternates_and_not_a_coin() -> None:
    """Neighbouring samples are alike, so that the pairs A B, B A fall to the same side."""
    for series in recorded().values():
        assert fit(series).correlation > 0.3
    worst = max(recorded().values(), key=lambda one: fit(one).alternated)
    rng = np.random.default_rng(61)
    series = resampled(worst)(rng, 2 * MOST_PAIRS, 600)
    assert (decided_after(alternated(series)) > 0).mean() > ERROR
    assert (decided_after(tossed(series, rng)) > 0).mean() < ERROR


def test_changes_are_found_in_the_pairs_that_the_documents_give() -> None:
    draw = noises()["normal"]
    for spread, effect, most, share in ((0.05, 0.10, 12, 0.9), (0.10, 0.10, 30, 0.85), (0.16, 0.20, 22, 0.85)):
        taken = pairs_taken(draw, spread, effect, RUNS, seed=62)
        assert ((taken > 0) & (taken <= most)).mean() >= share, (spread, effect)
    assert half_width(0.05, 50, 20, seed=63) < 0.03 < half_width(0.05, 20, 20, seed=63)


def test_what_is_fitted_looks_like_what_was_recorded() -> None:
    for series in recorded().values():
        seen = fit(series)
        again = fit(fitted(seen)(np.random.default_rng(64), 20_000, 1)[:, 0])
        assert again.correlation == pytest.approx(seen.correlation, abs=0.05)
        assert seen.deviation > 0.05
