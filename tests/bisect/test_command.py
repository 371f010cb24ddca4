"""``bench bisect`` end to end: a planted regression is found on a real server, and nothing else changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.revisions.clones import besides_objects, commit, make, partial_clone
from tests.support.command import ROOT, content, run
from tests.support.weather import SIZE, make_weather_repository, project_options

pytestmark = [pytest.mark.slow, pytest.mark.server]

PACKAGE = "bisected"
TASK = """
from bench.compliance.schema.models import Scan
from optimized_impl import create_compliance_requirements


def create(tenant_id, scan_id):
    {change}
    return create_compliance_requirements(tenant_id, scan_id)
"""
STATEMENT = 'Scan.objects.using("admin").count()'


def history(folder: Path) -> Path:
    """Six commits: the fourth does not import, the fifth issues one more statement."""
    clone = make(folder, {f"{PACKAGE}/__init__.py": "", f"{PACKAGE}/task.py": TASK.format(change="pass")})
    commit(clone, {f"{PACKAGE}/other.py": "1\n"}, "second")
    commit(clone, {f"{PACKAGE}/other.py": "2\n"}, "third")
    commit(clone, {f"{PACKAGE}/__init__.py": "import nowhere\n"}, "fourth")
    commit(clone, {f"{PACKAGE}/__init__.py": "", f"{PACKAGE}/task.py": TASK.format(change=STATEMENT)}, "fifth")
    commit(clone, {f"{PACKAGE}/other.py": "3\n"}, "sixth")
    return clone


def test_a_planted_statement_is_found_and_what_does_not_import_is_skipped(
    tmp_path: Path, inputs: Path, temporary: Path
) -> None:
    clone, output = history(tmp_path / "clone"), tmp_path / "out"
    before = content(clone)
    finished = run(
        "bisect",
        "--good",
        "main~5",
        "--bad",
        "main",
        "--metric",
        "statements_django",
        "--implementation",
        f"{PACKAGE}.task:create",
        "--scan-file",
        inputs / "scan.json",
        "--catalogue-file",
        inputs / "catalogue.json",
        "--output",
        output,
        folder=clone,
        extra={"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert finished.returncode == 3, finished.stderr
    assert "the first bad commit is one of 2 commits" in finished.stdout
    found = json.loads((output / "bisection.json").read_text())
    assert [one["subject"] for one in found["candidates"]] == ["fourth", "fifth"]
    assert {one["commit"]["subject"]: one["samples"] for one in found["trials"] if one["found"] != "skipped"} == {
        "first": [18.0],
        "third": [18.0],
        "fifth": [19.0],
        "sixth": [19.0],
    }
    (skipped,) = [one for one in found["trials"] if one["found"] == "skipped"]
    assert (skipped["commit"]["subject"], "nowhere" in skipped["sentence"]) == ("fourth", True)
    assert (output / "plots" / "bisection.png").stat().st_size > 0
    assert content(clone) == before
    assert list(temporary.iterdir()) == []


@pytest.mark.nightly
def test_a_regression_of_the_foreign_project_is_found_in_a_partial_clone(tmp_path: Path) -> None:
    """In its own environment, past a commit that cannot be imported; of the clone nothing changes but its objects."""
    source = tmp_path / "source"
    make_weather_repository(source)
    clone, output = partial_clone(source, tmp_path / "clone"), tmp_path / "out"
    before = besides_objects(clone)
    ends = ("--good", "faster", "--bad", "documented", "--metric", "statements_django")
    finished = run("bisect", *project_options(clone), *ends, "--scan", SIZE, "--output", output)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("First bad commit: ")
    found = json.loads((output / "bisection.json").read_text())
    assert [one["subject"] for one in found["candidates"]] == ["regressed"]
    assert {one["commit"]["subject"]: one["found"] for one in found["trials"]} == {
        "faster": "good",
        "regressed": "bad",
        "broken": "skipped",
        "mended": "bad",
        "documented": "bad",
    }
    assert besides_objects(clone) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "bench: --metric or --policy decides which commit is bad; give one of the two"),
        (("--metric", "wall_seconds", "--policy", "pyproject.toml"), "bench: --metric or --policy decides"),
        (("--metric", "speed"), "bench: unknown metric 'speed'; known are wall_seconds"),
        (("--metric", "wall_seconds", "--tolerance", "much"), "bench: --tolerance is 'much'; write"),
        (("--policy", "pyproject.toml", "--tolerance", "10%"), "bench: --tolerance was given with --policy"),
        (("--metric", "wall_seconds", "--baseline", "x.json"), "bench: --baseline was given with --metric"),
        (("--metric", "wall_seconds", "--pairs", "50"), "bench: --most-pairs 40 is less than --pairs 50"),
        (("--metric", "wall_seconds", "--implementation", "bench.words:plain"), "bench: implementation 'bench.words"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    finished = run("bisect", "--good", "HEAD~1", "--bad", "HEAD", *arguments, "--output", tmp_path / "out")
    assert finished.returncode == 2
    assert finished.stderr.startswith(message)
    assert finished.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
