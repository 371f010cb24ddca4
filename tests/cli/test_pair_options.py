"""How many pairs: by themselves until they suffice, or as many as were asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.analysis.stopping import NO_CHANGE, Question
from bench.cli.pairs import EnoughOptions, PairOptions
from bench.errors import InputError
from bench.harness.goal import BUDGET_MINUTES, PRECISION, Goal
from tests.support.gate_runs import policy

SCANS = ("100/3", "1k/8")
QUESTIONS = tuple(Question(scan=scan, base="a", other=name, band=NO_CHANGE) for scan in SCANS for name in ("b", "c"))
RATIO = '[gate.ratios.wall_seconds]\n"10k/20" = { "streaming / materializing" = 1.1 }'


def sampling(**options: Any) -> dict[str, Any]:
    """The plan's fields for three implementations on two scans."""
    return PairOptions(**options).sampling(SCANS, ("a", "b", "c"))


def test_pairs_go_on_until_each_implementation_is_decided_against_the_first_on_each_scan() -> None:
    assert sampling() == {"goal": Goal(questions=QUESTIONS, precision=PRECISION, seconds=60 * BUDGET_MINUTES)}


@pytest.mark.parametrize("written", ["1.5%", "1.5 %", "0.015"])
def test_precision_and_budget_are_taken_as_a_share_and_minutes(written: str) -> None:
    found = sampling(precision=written, budget=0.5)["goal"]
    assert found.precision == pytest.approx(0.015)
    assert found.seconds == 30


def test_a_number_of_pairs_is_taken_as_given() -> None:
    assert sampling(pairs="12") == {"samples": 12}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pairs": "0"}, "--pairs 0: write auto, or a number of pairs from 1 to 1,000,000"),
        ({"pairs": "9" * 400}, "write auto"),
        ({"pairs": "²"}, "write auto"),
        ({"pairs": "-1"}, "write auto"),
        ({"precision": "0"}, "--precision is 0.0; write"),
        ({"precision": "nan"}, "--precision is nan; write"),
        ({"precision": "narrow"}, "--precision is 'narrow'; write"),
        ({"pairs": "6", "budget": 1.0}, "--budget was given, without effect beside --pairs 6; leave one out"),
        ({"pairs": "6", "precision": "1%"}, "--precision was given, without effect beside --pairs 6"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        sampling(**options)


def test_a_policy_with_a_ratio_of_times_asks_its_question_and_one_without_takes_no_time(tmp_path: Path) -> None:
    goal = EnoughOptions(budget=2.0).timing(policy(tmp_path, RATIO))["goal"]
    (question,) = goal.questions
    assert (question.scan, question.base, question.other) == ("10k/20", "materializing", "streaming")
    assert (question.band.low, question.band.high, goal.seconds) == (0, 1.1, 120)
    assert EnoughOptions().timing(policy(tmp_path)) == {"samples": 0}


def test_a_policy_that_fixes_its_samples_has_no_budget(tmp_path: Path) -> None:
    fixed = policy(tmp_path, f"samples = 8\n{RATIO}")
    assert EnoughOptions().timing(fixed) == {"samples": 8}
    with pytest.raises(InputError, match=r"--budget was given, without effect beside .*policy\.toml.*, which fixes"):
        EnoughOptions(budget=2.0).timing(fixed)


def test_a_ceiling_of_time_alone_takes_the_samples_of_an_interval(tmp_path: Path) -> None:
    """No question is asked of pairs, so that rounds end with as many as an interval takes."""
    ceiling = '[gate.ceilings.wall_seconds]\n"10k/20" = { streaming = "9 s" }'
    assert EnoughOptions().timing(policy(tmp_path, ceiling))["goal"].questions == ()
