"""A command has the options of its job: those of its data, and one for each number of its size."""

from __future__ import annotations

import pytest

from bench.cli.main import main
from tests.support.command import ROOT

EXAMPLE = str(ROOT / "examples" / "monthly_statements" / "job.py")


def help_of(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    assert main([*command, "--help"]) == 0
    return capsys.readouterr().out


def test_the_help_of_a_job_shows_its_own_sizes_options_and_implementations(capsys: pytest.CaptureFixture[str]) -> None:
    own = help_of(capsys, "sweep")
    assert "--findings" in own
    assert "--provider" in own
    example = help_of(capsys, "sweep", "--job", EXAMPLE)
    assert "--customers" in example
    assert "10,100,1k" in example
    assert "one-by-one, in-the-database" in " ".join(example.replace("│", "").split())
    assert "--provider" not in example


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--provider", "aws"], "No such option: --provider"),
        (["run", "--scan-file", "scan.json"], "No such option: --scan-file"),
        (["sweep", "--regions", "5"], "No such option: --regions"),
        (["run", "--size", "many"], "size size 'many' is not customers/invoices; write for example --scan 1k/10k"),
        (["run", "--implementation", "streaming"], "unknown implementation 'streaming'; known are in-the-database"),
    ],
)
def test_another_job_refuses_what_it_does_not_know_in_one_line(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--job", EXAMPLE]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_an_unknown_job_is_refused_before_anything_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--job=nobodys"]) == 2
    assert "unknown job 'nobodys'; known are compliance" in capsys.readouterr().err
