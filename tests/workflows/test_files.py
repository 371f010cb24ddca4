"""Workflows and action follow GitHub's schemas, and give no pull request more than it needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from bench.gate.comment import MARKER, MOST_CHARACTERS
from tests.support.steps import ACTION, FILES, IDS, WORKFLOWS, read, step, steps

BENCHMARK, COMMENT, NIGHTLY = (
    next(path for path in WORKFLOWS if path.stem == stem) for stem in ("benchmark", "comment", "nightly")
)


def validate(schema: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("custom.github-workflows-require-timeout", WORKFLOWS),
        ("vendor.github-actions", (ACTION,)),
    ],
)
def test_every_file_follows_its_schema(schema: str, paths: tuple[Path, ...], tmp_path: Path) -> None:
    finished = validate(schema, *paths)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(paths[0].read_text().replace("steps:", "stops:"))
    assert validate("vendor.github-actions" if paths[0] == ACTION else "vendor.github-workflows", wrong).returncode == 1


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_every_script_can_be_parsed_and_takes_values_from_its_environment_alone(path: Path) -> None:
    """An expression within a script would be run as part of it, whatever a branch is called."""
    for one in steps(path):
        assert "${{" not in one.script, one.name
        if one.is_python:
            ast.parse(one.script)
            continue
        finished = subprocess.run(["/bin/bash", "-n", "-c", one.script], capture_output=True, text=True, check=False)
        assert (finished.returncode, finished.stderr) == (0, ""), one.name


@pytest.mark.parametrize("path", WORKFLOWS, ids=[path.name for path in WORKFLOWS])
def test_only_the_comment_may_write_and_no_checkout_keeps_a_token_there(path: Path) -> None:
    content = read(path)
    assert "pull_request_target" not in content["on"]
    assert content["permissions"] == ({} if path == COMMENT else {"contents": "read"})
    for job in content["jobs"].values():
        assert "write" not in job.get("permissions", {}).values() or path == COMMENT


def test_pull_requests_are_measured_with_a_token_that_can_only_read() -> None:
    assert "pull_request" in read(BENCHMARK)["on"]
    assert [one.name for one in steps(BENCHMARK)] == ["actions/checkout@v4", "./"]
    assert steps(BENCHMARK)[0].content["with"] == {"persist-credentials": False}


def test_the_comment_comes_from_a_second_stage_that_checks_nothing_out() -> None:
    content = read(COMMENT)
    assert content["on"] == {"workflow_run": {"workflows": [read(BENCHMARK)["name"]], "types": ["completed"]}}
    assert content["jobs"]["comment"]["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert all("uses" not in one.content for one in steps(COMMENT))


def test_the_stages_agree_on_the_artifact_the_marker_and_the_length() -> None:
    artifact = step(ACTION, "Keep the comment").content["with"]["name"]
    name = artifact.replace("${{ inputs.artifact }}", read(ACTION)["inputs"]["artifact"]["default"])
    assert f"--name {name} " in step(COMMENT, "Get the comment").script
    assert read(COMMENT)["jobs"]["comment"]["env"]["MARKER"] == MARKER
    assert f'longest = "downloaded/comment.md", {MOST_CHARACTERS:_}\n' in step(COMMENT, "Post the comment").script


def test_the_sweep_runs_every_night() -> None:
    assert read(NIGHTLY)["on"]["schedule"]
    assert ".venv/bin/bench sweep --output reports/sweep" in step(NIGHTLY, "Sweep").script
