"""Steps in noisy series are found where they are, and flat series have none."""

from __future__ import annotations

import numpy as np
import pytest

from bench.analysis.change_points import FALSE_ALARMS
from bench.analysis.change_points import LEVEL as WHOLE
from bench.analysis.segmentation import FEWEST, splits
from experiments.history_steps import SERIES, alarmed, found, noises, normal

LEVEL = WHOLE / SERIES


def series(*levels: tuple[float, int], spread: float = 0.03, seed: int = 1) -> list[float]:
    """Levels, each for so many runs, with runs that vary by ``spread``."""
    rng = np.random.default_rng(seed)
    return [level * float(np.exp(rng.normal(0, spread))) for level, runs in levels for _ in range(runs)]


def places(values: list[float]) -> list[int]:
    return [one.place for one in splits(values, LEVEL)]


def test_steps_up_and_down_are_found_at_their_places() -> None:
    assert places(series((1, 12), (1.3, 8))) == [12]
    assert places(series((1, 12), (0.75, 8))) == [12]
    assert places(series((1, 10), (1.3, 10), (1.7, 10), (1.0, 10))) == [10, 20, 30]


def test_a_stretch_that_goes_back_is_found_at_both_ends() -> None:
    """No single split of the whole separates it."""
    assert places(series((1, 12), (1.4, 4), (1, 12))) == [12, 16]


def test_three_runs_after_the_step_are_enough_and_two_are_not() -> None:
    """Two runs, or three somewhere within, may have been disturbed."""
    assert places(series((1, 12), (1.5, 3))) == [12]
    assert places(series((1, 12), (1.5, 2))) == []
    assert places(series((1, 12), (3, 3), (1, 12))) == []


def test_runs_that_overlap_are_no_step_unless_their_ranks_say_so() -> None:
    """Two disturbed runs of the last four move their mean as a step would."""
    values = [*series((1, 16)), 1.01, 2.2, 0.99, 2.4]
    assert places(values) == []
    assert places(series((1, 20), (1.3, 20), spread=0.10)) == [20]


@pytest.mark.parametrize("runs", range(FEWEST))
def test_too_few_runs_have_no_step(runs: int) -> None:
    assert places(series((1, runs // 2), (5, runs - runs // 2))) == []


def test_a_step_below_five_per_cent_is_none_however_clear() -> None:
    assert places(series((1, 20), (1.04, 20), spread=0.001)) == []
    assert places(series((1, 20), (1.06, 20), spread=0.001)) == [20]


def test_equal_values_are_flat_and_their_only_change_is_found() -> None:
    assert places([2.0] * 20) == []
    assert places([2.0] * 10 + [3.0] * 10) == [10]


def test_the_unit_does_not_matter() -> None:
    values = series((1, 12), (1.3, 8))
    (one,), (other,) = splits(values, LEVEL), splits([1024 * one for one in values], LEVEL)
    assert (one.place, one.candidates) == (other.place, other.candidates)
    assert one.p_value == pytest.approx(other.p_value)


def test_what_is_less_clear_has_a_larger_p_value_and_more_candidates() -> None:
    clear, vague = (splits(series((1, 30), (1.3, 30), spread=spread), LEVEL)[0] for spread in (0.02, 0.11))
    assert clear.p_value < vague.p_value < LEVEL
    assert clear.candidates == (30,)
    assert set(clear.candidates) < set(vague.candidates)


@pytest.mark.parametrize(("runs", "histories"), [(10, 200), (20, 80)])
@pytest.mark.parametrize("noise", noises())
def test_a_flat_history_raises_a_false_alarm_in_fewer_than_five_of_a_hundred(
    noise: str, runs: int, histories: int
) -> None:
    """With all its series together, on noise that was recorded and on noise that is worse than normal."""
    assert alarmed(noises()[noise], runs, histories, seed=7) < FALSE_ALARMS


def test_the_simulation_sees_a_rule_that_raises_false_alarms() -> None:
    """Choosing the best place and testing it alone, for every series at five per cent."""
    rng = np.random.default_rng(4)
    naive = [any(_naive(rng.normal(0, 0.05, size=20)) for _ in range(SERIES)) for _ in range(12)]
    assert np.mean(naive) > 0.5


def _naive(logs: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    from scipy.stats import ttest_ind

    return min(float(ttest_ind(logs[:one], logs[one:]).pvalue) for one in range(2, len(logs) - 1)) < 0.05


def test_a_step_of_thirty_per_cent_is_found_in_the_runs_that_the_documents_give() -> None:
    near, exact = found(normal(0.05), place=10, runs=20, effect=0.30, histories=100, seed=5)
    assert near > 0.98
    assert exact > 0.9
