"""``bench doctor`` finds the machine's floor, keeps it for later runs on this machine, and for no others."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bench.messages.request import ProbeName
from bench.results.noise_floor import FILE, read_noise_floor, write_noise_floor
from bench.results.store import read_results
from tests.support.command import run as run_command
from tests.support.in_process import bench
from tests.support.stand_in import ROWS, Sample, StandIn, sample

pytestmark = [pytest.mark.slow, pytest.mark.server]

FLOOR = Path("reports") / FILE
Bench = Callable[..., tuple[int, str, str]]


def varying(deviation: float = 0.05) -> Callable[[str, ProbeName, str], Sample]:
    """Samples of time that vary as a machine's do."""
    draw = random.Random(3)

    def script(scan: str, probe: ProbeName, implementation: str) -> Sample:
        seconds = 2.0 * math.exp(draw.gauss(0, deviation))
        return sample({"wall_seconds": seconds, "cpu_seconds": seconds / 2} if probe == "time" else {})

    return script


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn(varying())


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, stand_in: StandIn
) -> Bench:
    """``bench`` in an empty folder, measuring on the stand-in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bench.harness.session.open_stage", stand_in.open)
    return partial(bench, capsys)


def test_it_measures_one_implementation_in_pairs_and_keeps_the_floor(command: Bench, stand_in: StandIn) -> None:
    code, text, _ = command("doctor", "--pairs", 8, "--scan", "100/3")
    assert code == 0
    assert stand_in.taken == [("100/3", "time", "streaming")] * 16
    assert text.startswith("Noise floor: streaming on 100/3 against itself, 8 pairs: ")
    assert text.rstrip().endswith(f"Kept in {FLOOR}; runs on this machine with an --output in reports include it.")
    floor = read_noise_floor(FLOOR)
    assert floor is not None
    assert (floor.scan, floor.implementation, floor.pairs) == ("100/3", "streaming", 8)
    assert 0 < floor.deviations["wall_seconds"] < 0.2
    for warning in floor.warnings:
        assert " ".join(warning.split()) in " ".join(text.split())


def test_a_failed_sample_leaves_no_floor(command: Bench, stand_in: StandIn) -> None:
    stand_in.script = lambda _scan, _probe, _implementation: sample(rows=ROWS - 1)
    code, text, errors = command("doctor", "--pairs", 6)
    assert (code, text) == (1, "")
    assert errors.count("streaming failed (wrong-rows)") == 1
    assert not FLOOR.exists()


def test_input_that_cannot_be_used_is_found_before_anything_is_measured(command: Bench, stand_in: StandIn) -> None:
    for options, message in (
        (["--pairs", 5], "--pairs 5 give no interval; write --pairs 6 or more"),
        (["--scan", "many"], "scan size 'many'"),
        (["--implementation", "none"], "unknown implementation 'none'"),
        (["--output", "/dev/null"], "cannot write /dev/null: a file is in the place of a folder"),
    ):
        code, text, errors = command("doctor", *options)
        assert (code, text) == (2, "")
        assert message in errors
        assert errors.count("\n") == 1
    assert stand_in.events == []


def test_a_later_run_on_this_machine_takes_the_floor_along_and_its_report_says_what_is_detected(
    command: Bench, tmp_path: Path
) -> None:
    assert command("doctor", "--pairs", 6)[0] == 0
    run = ("run", "--scan", "100/3", "--pairs", "3", "--output", "reports/out")
    command(*run)
    floor = read_noise_floor(FLOOR)
    assert floor is not None
    assert read_results(tmp_path / "reports" / "out" / "results.json").noise_floor == floor
    sentence = "6 pairs of streaming on 1k/8: with 6 pairs this machine detects changes of wall time from"
    assert sentence in (tmp_path / "reports" / "out" / "report.md").read_text(encoding="utf-8")

    write_noise_floor(FLOOR, replace(floor, environment_fingerprint="another machine's"))
    command(*run)
    assert read_results(tmp_path / "reports" / "out" / "results.json").noise_floor is None
    report = (tmp_path / "reports" / "out" / "report.md").read_text(encoding="utf-8")
    assert "| noise floor | `not measured; run bench doctor` |" in report


def test_a_damaged_floor_costs_a_run_nothing_but_a_warning(command: Bench, tmp_path: Path) -> None:
    FLOOR.parent.mkdir()
    FLOOR.write_text("{")
    code, text, _ = command("run", "--scan", "100/3", "--output", "reports/out")
    assert code == 0
    assert "is not a noise floor" in " ".join(text.split())
    results = read_results(tmp_path / "reports" / "out" / "results.json")
    assert results.measurements
    assert "make it again with `bench doctor`" in results.warnings[0]


def test_a_real_machine_has_a_floor(tmp_path: Path) -> None:
    output = tmp_path / FILE
    finished = run_command("doctor", "--scan", "10/1", "--pairs", 6, "--output", tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("Noise floor: streaming on 10/1 against itself, 6 pairs: ")
    assert finished.stdout.rstrip().endswith(
        f"Kept in {output}; runs on this machine with an --output in {tmp_path} include it."
    )
    floor = read_noise_floor(output)
    assert floor is not None
    assert floor.pairs == 6
    assert floor.deviations.keys() == {"wall_seconds", "cpu_seconds"}
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
