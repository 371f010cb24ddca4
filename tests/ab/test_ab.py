"""``bench ab`` end to end: a revision and the working tree in one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli_results import results, samples
from tests.support.command import ROOT, content, run
from tests.support.repository import IMPLEMENTATION, make_repository

pytestmark = [pytest.mark.slow, pytest.mark.server]


def test_a_revision_and_the_working_tree_are_measured_in_one_run(tmp_path: Path, inputs: Path, temporary: Path) -> None:
    """Each side runs its own code, which one extra statement shows. The checkout and TMPDIR do not change."""
    repository, output = tmp_path / "repository", tmp_path / "out"
    repository.mkdir()
    make_repository(repository)
    before = content(repository)
    finished = run(
        "ab",
        "before",
        "--implementation",
        IMPLEMENTATION,
        "--scan-file",
        inputs / "scan.json",
        "--catalogue-file",
        inputs / "catalogue.json",
        "--pairs",
        "1",
        "--output",
        output,
        folder=repository,
        extra={"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert finished.returncode == 0, finished.stderr
    found = results(output)
    base, now = f"{IMPLEMENTATION}@before", IMPLEMENTATION
    assert found["implementations"] == [base, now]
    assert samples(found, base, "statements_django") == [18]
    assert samples(found, now, "statements_django") == [19]
    assert [one["laws"][0]["base"] for one in found["laws"]] == [18, 19]
    assert f"# {base} is commit " in found["command"]
    assert content(repository) == before
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "bench: unknown revision 'nowhere' in the checkout"),
        (("HEAD", "--scan", "huge"), "bench: scan size 'huge' is not findings/regions"),
        (("HEAD", "--scan", "1/1", "--scan-file", "x.json"), "bench: --scan and --scan-file were both given"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2_before_anything_is_measured(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    finished = run("ab", *arguments, "--output", tmp_path / "out")
    assert finished.returncode == 2
    assert finished.stderr.startswith(message)
    assert finished.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
