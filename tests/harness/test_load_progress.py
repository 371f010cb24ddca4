"""A long stage says how far it is: what is loaded of how much, how long a sample has been going on."""

from __future__ import annotations

import time

import pytest

from bench.cli.progress import SECONDS_BETWEEN_LINES, Lines
from bench.harness.load_progress import LoadProgress, watched_sample
from tests.support.notes import Notes


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_load_says_how_many_are_there_and_how_long_the_others_take() -> None:
    notes, clock = Notes(), Clock()
    progress = LoadProgress(notes, "findings", 1_000_000, clock)
    progress(5_000)
    clock.now += 10
    progress(250_000)
    progress.step("making index 1 of 21")
    progress(7)
    assert notes.details == [
        "5,000 of 1,000,000 findings",
        "250,000 of 1,000,000 findings, 30 s to go",
        "making index 1 of 21",
        "7 rows, making index 1 of 21",
    ]


def test_a_load_of_a_file_of_which_nobody_knows_the_length_says_what_is_there() -> None:
    notes = Notes()
    LoadProgress(notes, "findings")(5_000)
    assert notes.details == ["5,000 findings"]


def test_a_sample_that_takes_long_says_how_long_of_how_many_seconds_and_about_its_rows() -> None:
    notes = Notes()
    with watched_sample(notes, 180.0, lambda: "about 5 of 10 rows", seconds=0.001):
        deadline = time.monotonic() + 60
        while not notes.details and time.monotonic() < deadline:
            time.sleep(0.001)
    assert notes.details[0] == "0 s of about 3 min, about 5 of 10 rows"
    said = len(notes.details)
    time.sleep(0.01)
    assert len(notes.details) == said, "nothing is said once it is over"


def test_a_sample_that_is_overdue_puts_off_the_end_of_the_run_the_longer_it_takes() -> None:
    notes = Notes()
    with watched_sample(notes, 0.02, str, seconds=0.001, after=100.0):
        deadline = time.monotonic() + 60
        while len(notes.seconds_left) < 3 and time.monotonic() < deadline:
            time.sleep(0.001)
    assert len(notes.details) > len(notes.seconds_left), "nothing is put off before"
    assert 100.01 <= notes.seconds_left[0] < notes.seconds_left[1] < notes.seconds_left[2]


def test_a_sample_that_is_soon_over_says_nothing() -> None:
    notes = Notes()
    with watched_sample(notes, None, str):
        pass
    assert notes.details == []


def test_in_a_log_a_stage_gets_a_line_and_a_detail_one_only_after_a_while(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    lines = Lines(clock)
    lines.stage("1M/30: loading the scan")
    lines.detail("5,000 of 1,000,000 findings")
    clock.now += SECONDS_BETWEEN_LINES
    lines.detail("250,000 of 1,000,000 findings")
    lines.detail("255,000 of 1,000,000 findings")
    assert capsys.readouterr().err.splitlines() == [
        "0% 1M/30: loading the scan",
        "0% 1M/30: loading the scan: 250,000 of 1,000,000 findings",
    ]
