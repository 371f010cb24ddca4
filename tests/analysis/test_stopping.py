"""Pairs end where a question is decided among all questions of the run, or where the interval is narrow enough."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.analysis.sequence import ERROR, ConfidenceSequence
from bench.analysis.stopping import NO_CHANGE, Band, Question, answers, narrow
from bench.results.stops import StopReason

FLOOR = Band.around_one(0.10)


def question(name: str = "b", band: Band = NO_CHANGE, scan: str = "1k/8") -> Question:
    """A question about ``name`` and the implementation a."""
    return Question(scan=scan, base="a", other=name, band=band)


def pairs_around(ratio: float, count: int = 40, spread: float = 0.02, seed: int = 40) -> ConfidenceSequence:
    """Pairs whose ratio is ``ratio``, varying by ``spread``."""
    return ConfidenceSequence(np.random.default_rng(seed).normal(math.log(ratio), spread, size=count))


@pytest.mark.parametrize(
    ("ratio", "band", "expected"),
    [
        (1.3, NO_CHANGE, StopReason.ABOVE),
        (0.7, NO_CHANGE, StopReason.BELOW),
        (1.0, NO_CHANGE, None),
        (1.3, FLOOR, StopReason.ABOVE),
        (0.7, FLOOR, StopReason.BELOW),
        (1.02, FLOOR, StopReason.WITHIN),
        (1.10, FLOOR, None),
        (0.4, Band.up_to(0.5), StopReason.WITHIN),
        (0.6, Band.up_to(0.5), StopReason.ABOVE),
        (0.5, Band.up_to(0.5), None),
    ],
)
def test_an_interval_decides_if_it_lies_wholly_on_one_side_of_the_band(
    ratio: float, band: Band, expected: StopReason | None
) -> None:
    asked = question(band=band)
    assert answers({asked: pairs_around(ratio)}).get(asked) is expected


def test_a_difference_below_the_floor_is_no_difference() -> None:
    """The interval excludes 1 and lies within the floor: the answer is that it is within."""
    sequence = pairs_around(1.05)
    interval = sequence.interval()
    assert interval is not None
    assert interval[0] > 0
    assert answers({question(band=FLOOR): sequence}) == {question(band=FLOOR): StopReason.WITHIN}


def test_nothing_is_decided_without_pairs_or_with_too_few() -> None:
    asked = question()
    assert answers({}) == {}
    assert answers({asked: None}) == {}
    assert answers({asked: pairs_around(2, count=6)}) == {}


def test_more_questions_take_more_evidence_also_those_that_have_no_pairs_yet() -> None:
    """A scan that is measured first is held to the error that the whole run has."""
    asked = question()
    sequence = pairs_around(2, count=7)
    assert answers({asked: sequence}) == {asked: StopReason.ABOVE}
    assert answers({asked: sequence, question(scan="10k/20"): None}) == {}


def test_a_decided_question_leaves_its_share_of_the_error_to_the_others() -> None:
    """Holm's step: the second question needs 5 % only once the first is decided."""
    clear, close = question("clear"), question("close")
    sequences = {clear: pairs_around(2, count=40), close: pairs_around(2, count=7)}
    assert answers({close: sequences[close], question("other"): pairs_around(1)}) == {}
    assert answers(sequences) == {clear: StopReason.ABOVE, close: StopReason.ABOVE}


def test_of_equal_code_on_several_scans_any_question_is_decided_in_fewer_than_five_of_a_hundred_runs() -> None:
    rng = np.random.default_rng(41)
    wrong = 0
    for _ in range(120):
        logs = rng.standard_t(3, size=(3, 30)) * 0.2
        wrong += any(
            answers({question(str(one)): ConfidenceSequence(logs[one, :count]) for one in range(3)})
            for count in range(7, 31, 4)
        )
    assert wrong / 120 < ERROR


def test_an_interval_is_narrow_if_it_reaches_no_further_than_asked_from_its_middle() -> None:
    sequence = pairs_around(1.2, count=40, spread=0.05)
    interval = sequence.interval()
    assert interval is not None
    reach = math.expm1((interval[1] - interval[0]) / 2)
    assert narrow(sequence, reach * 1.01)
    assert not narrow(sequence, reach * 0.99)
    assert not narrow(pairs_around(1.2, count=6), 10.0)
