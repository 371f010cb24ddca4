"""``bench comment``: from files to Markdown, on standard output or in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.gate.comment import MARKER, render_comment
from bench.gate.verdict_files import write_verdict
from bench.results.store import write_results
from tests.support import verdicts
from tests.support.builders import production_results
from tests.support.command import run

pytestmark = [pytest.mark.slow, pytest.mark.server]

URL = "https://ci.example/artifacts/1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with ``results.json`` and ``verdict.json``."""
    write_results(tmp_path / "results.json", production_results())
    write_verdict(tmp_path / "verdict.json", verdicts.regressed())
    return tmp_path


def test_it_writes_the_comment_to_a_file_and_nothing_else(folder: Path) -> None:
    """Exit code 0 also for a regression: the gate has said so already."""
    verdict, output = folder / "verdict.json", folder / "new" / "comment.md"
    arguments = ("--verdict", verdict, "--artifact-url", URL, "--markdown", output)
    finished = run("comment", folder / "results.json", *arguments)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert output.read_text(encoding="utf-8") == render_comment(production_results(), verdicts.regressed(), URL)


def test_without_a_verdict_it_prints_what_the_run_says_itself(folder: Path) -> None:
    finished = run("comment", folder / "results.json")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout == render_comment(production_results())


def test_a_gate_that_left_no_results_still_gets_its_comment(folder: Path) -> None:
    write_verdict(folder / "verdict.json", verdicts.failed())
    finished = run("comment", folder / "missing.json", "--verdict", folder / "verdict.json")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith(f"{MARKER}\n\n## ❌ Benchmark gate: error\n\nthe server cannot be started")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.json",), "there is no results file missing.json"),
        (("results.json", "--verdict", "missing.json"), "there is no verdict missing.json"),
        (("results.json", "--verdict", "results.json"), "results.json is not a verdict: it is a results file"),
        (("results.json", "--artifact-url", "javascript:alert(1)"), "is not a web address; write https://…"),
        (("results.json", "--artifact-url", "https://a> b"), "is not a web address; write https://…"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    finished = run("comment", *arguments, folder=folder)
    assert finished.returncode == 2
    assert message in finished.stderr
    assert finished.stderr.count("\n") == 1
    assert finished.stdout == ""
