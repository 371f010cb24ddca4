"""Workflows, action and templates follow GitHub's schemas, and give a pull request no more than it needs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.gate.comment import MARKER, MOST_CHARACTERS
from tests.support.command import ROOT
from tests.support.steps import ACTION, EXAMPLES, FILES, IDS, WORKFLOWS, read, step, steps

BENCHMARK, COMMENT, NIGHTLY = (
    next(path for path in WORKFLOWS if path.stem == stem) for stem in ("benchmark", "comment", "nightly")
)


TEMPLATES = ROOT / ".github" / "ISSUE_TEMPLATE"
FORMS = tuple(path for path in sorted(TEMPLATES.glob("*.yml")) if path.name != "config.yml")
USES = re.compile(r"^\s*(?:- )?uses:\s*(?P<action>.*)$", re.MULTILINE)
PINNED = re.compile(r"(?P<name>[\w.-]+/[\w./-]+)@(?P<commit>[0-9a-f]{40}) # (?P<version>v\d+\.\d+\.\d+)")


def validate(schema: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("vendor.github-workflows", WORKFLOWS + EXAMPLES),
        ("custom.github-workflows-require-timeout", WORKFLOWS + EXAMPLES),
        ("vendor.github-actions", (ACTION,)),
        ("vendor.dependabot", (ROOT / ".github" / "dependabot.yml",)),
        ("vendor.github-issue-forms", FORMS),
        ("vendor.github-issue-config", (TEMPLATES / "config.yml",)),
    ],
)
def test_every_file_follows_its_schema(schema: str, paths: tuple[Path, ...], tmp_path: Path) -> None:
    assert paths
    finished = validate(schema, *paths)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    wrong = tmp_path / "wrong.yml"
    required = r"\bruns-on:|\bruns:|\bupdates:|\bbody:|\bblank_issues_enabled:|\btimeout-minutes:"
    wrong.write_text(re.sub(required, "misspelt:", paths[0].read_text()))
    assert validate(schema, wrong).returncode == 1


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_every_script_parses_and_takes_values_from_its_environment_only(path: Path) -> None:
    """An expression inside a script would run as part of it, whatever the branch name contains."""
    for one in steps(path):
        assert "${{" not in one.script, one.name
        if one.is_python:
            ast.parse(one.script)
            continue
        finished = subprocess.run(["/bin/bash", "-n", "-c", one.script], capture_output=True, text=True, check=False)
        assert (finished.returncode, finished.stderr) == (0, ""), one.name


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_every_action_is_pinned_by_commit_with_its_version_beside_it(path: Path) -> None:
    """A tag can be moved to other code; the version is for people and for dependabot."""
    used = USES.findall(path.read_text(encoding="utf-8"))
    assert len(used) == sum("uses" in one.content for one in steps(path))
    assert [one for one in used if not one.startswith("./") and not PINNED.fullmatch(one)] == []


def test_each_action_has_the_same_commit_everywhere() -> None:
    found = [PINNED.fullmatch(used) for path in FILES for used in USES.findall(path.read_text(encoding="utf-8"))]
    pins = {(one["name"], one["commit"], one["version"]) for one in found if one}
    assert {name for name, _, _ in pins} == {"actions/checkout", "actions/setup-python", "actions/upload-artifact"}
    assert len(pins) == 3


@pytest.mark.parametrize("path", WORKFLOWS + EXAMPLES, ids=lambda path: path.name)
def test_only_the_comment_may_write_and_no_checkout_keeps_a_token(path: Path) -> None:
    content = read(path)
    assert "pull_request_target" not in content["on"]
    assert content["permissions"] == ({} if path == COMMENT else {"contents": "read"})
    for job in content["jobs"].values():
        assert "write" not in job.get("permissions", {}).values() or path == COMMENT
        # Whoever may write to the repository posts nothing, and the other way round.
        assert list(job.get("permissions", {}).values()).count("write") <= 1
    checkouts = [one for one in steps(path) if str(one.content.get("uses", "")).startswith("actions/checkout@")]
    assert all(one.content["with"]["persist-credentials"] is False for one in checkouts)
    assert "secrets." not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WORKFLOWS + EXAMPLES, ids=lambda path: path.name)
def test_a_workflow_has_a_concurrency_group_and_its_jobs_a_timeout(path: Path) -> None:
    """A newer commit of a pull request cancels the run of the older one; pushes to main are all tested."""
    content = read(path)
    assert content["concurrency"]["group"].startswith(f"{path.stem}-")
    assert content["concurrency"].get("cancel-in-progress", False) in (
        False,
        True,
        "${{ github.event_name == 'pull_request' }}",
    )
    assert all(0 < job["timeout-minutes"] <= 180 for job in content["jobs"].values())


def test_the_head_of_a_pull_request_is_measured_with_a_token_that_can_only_read() -> None:
    """Not the merge commit, whose hash means nothing to a reader."""
    assert "pull_request" in read(BENCHMARK)["on"]
    checkout, action = steps(BENCHMARK)
    assert checkout.content["uses"].startswith("actions/checkout@")
    assert checkout.content["with"] == {
        "ref": "${{ github.event.pull_request.head.sha }}",
        "persist-credentials": False,
    }
    assert action.content == {"uses": "./"}


def test_everything_the_action_uploads_lies_in_the_folder_it_found() -> None:
    """An input joined to another would break an absolute path."""
    folder = "${{ steps.folder.outputs.path }}"
    uploads = [one for one in steps(ACTION) if "upload-artifact" in str(one.content.get("uses"))]
    assert [one.content["with"]["path"] for one in uploads] == [
        folder,
        f"{folder}/comment.md",
        f"{folder}/comment-pictures",
    ]
    # A run without figures has no pictures.
    assert [one.content["with"]["if-no-files-found"] for one in uploads] == ["error", "error", "ignore"]
    assert {one.content["env"]["OUTPUT"] for one in steps(ACTION) if one.name in ("Gate", "Summary")} == {folder}


def test_the_comment_comes_from_a_second_stage_that_checks_out_nothing_of_the_pull_request() -> None:
    content = read(COMMENT)
    assert content["on"] == {"workflow_run": {"workflows": [read(BENCHMARK)["name"]], "types": ["completed"]}}
    comment, pictures = content["jobs"]["comment"], content["jobs"]["pictures"]
    assert comment["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert all("uses" not in one for one in comment["steps"])
    assert pictures["permissions"] == {"actions": "read", "contents": "write"}
    (checkout,) = (one for one in pictures["steps"] if str(one.get("uses")).startswith("actions/checkout@"))
    # Without a ref or a repository: that is the default branch's commit, whose version of this file runs.
    assert checkout["with"] == {"path": "suite", "persist-credentials": False}


def test_the_stages_agree_on_the_artifact_the_marker_and_the_length() -> None:
    artifact = step(ACTION, "Keep the comment").content["with"]["name"]
    name = artifact.replace("${{ inputs.artifact }}", read(ACTION)["inputs"]["artifact"]["default"])
    assert f"--name {name} " in step(COMMENT, "Get the comment").script
    pictures = step(ACTION, "Keep the comment's pictures").content["with"]["name"]
    kept = pictures.replace("${{ inputs.artifact }}", read(ACTION)["inputs"]["artifact"]["default"])
    assert f"artifacts?name={kept}" in step(COMMENT, "Get the pictures").script
    assert read(COMMENT)["jobs"]["comment"]["env"]["MARKER"] == MARKER
    assert f'longest = "downloaded/comment.md", {MOST_CHARACTERS:_}\n' in step(COMMENT, "Post the comment").script


def test_the_sweep_runs_every_night() -> None:
    assert read(NIGHTLY)["on"]["schedule"]
    assert ".venv/bin/bench sweep --output reports/sweep" in step(NIGHTLY, "Sweep").script


def test_the_hooks_run_what_the_lock_file_installs() -> None:
    """From .venv, not from an address: a hook and `make test` use the same versions."""
    (local,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert local["repo"] == "local"
    programs = [Path(hook["entry"].split()[0]) for hook in local["hooks"]]
    assert {path.name for path in programs} == {"ruff", "mypy", "lint-imports", "check-jsonschema"}
    assert {path.parent for path in programs} == {Path(".venv/bin")}
    assert all((Path(sys.executable).parent / path.name).exists() for path in programs)
    assert {hook["language"] for hook in local["hooks"]} == {"system"}


def test_an_example_gives_the_action_inputs_that_it_has() -> None:
    given = [one.content for path in EXAMPLES for one in steps(path) if str(one.content.get("uses")).startswith("./")]
    assert given
    assert {name for one in given for name in one["with"]} <= set(read(ACTION)["inputs"])
