"""The comment's scripts against a `gh` that answers from files: GitHub itself is out of a test's reach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.gate.comment import MARKER
from tests.support.steps import WORKFLOWS, read, run_step, step

COMMENT = next(path for path in WORKFLOWS if path.stem == "comment")
JOB = {name: value for name, value in read(COMMENT)["jobs"]["comment"]["env"].items() if "${{" not in value}
REPOSITORY = "repos/owner/name"
HOSTILE_BRANCH = 'main"; touch hacked; echo $(touch hacked) `touch hacked`'

# Its arguments go to a log, a line each and a blank line between calls; what it is sent goes to a file.
GH = """#!/bin/bash
printf '%s\\n' "$@" "" >> log
[ -n "${GH_FAILS:-}" ] && exit 1
case "$*" in
  "run download "*) cp -r artifact downloaded ;;
  *"--input -") cat > sent.json ;;
  *"/pulls "*) cat pulls.json ;;
  *"/issues/7/comments") cat comments.json ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder; ``bin/gh`` answers from ``pulls.json`` and ``comments.json``."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH)
    (tmp_path / "bin" / "gh").chmod(0o755)
    pulls = [{"number": 6, "head": {"sha": "older"}}, {"number": 7, "head": {"sha": "abc123"}}]
    (tmp_path / "pulls.json").write_text(json.dumps(pulls))
    (tmp_path / "comments.json").write_text("[[]]")
    (tmp_path / "artifact").mkdir()
    (tmp_path / "artifact" / "comment.md").write_text(f"{MARKER}\n\n## Verdict\n", encoding="utf-8")
    return tmp_path


def run(folder: Path, name: str, **variables: str) -> tuple[int, str, dict[str, str]]:
    given = {**JOB, "GH_TOKEN": "", "REPOSITORY": "owner/name", "PICTURES": "", **variables}
    finished, outputs = run_step(step(COMMENT, name), folder, given, folder / "bin")
    return finished.returncode, finished.stdout + finished.stderr, outputs


def calls(folder: Path) -> list[list[str]]:
    return [call.split("\n") for call in (folder / "log").read_text().strip().split("\n\n")]


def find(folder: Path, sha: str, branch: str = "topic") -> tuple[int, str, dict[str, str]]:
    return run(folder, "Find the pull request", HEAD_OWNER="someone", HEAD_BRANCH=branch, HEAD_SHA=sha)


def download_and_post(folder: Path) -> tuple[int, str]:
    code, _, _ = run(folder, "Get the comment", RUN_ID="1", RUN_URL="https://ci.example/runs/1")
    assert code == 0
    code, output, _ = run(folder, "Post the comment", NUMBER="7")
    return code, output


def test_the_pull_request_is_the_open_one_of_the_run_s_branch_and_commit(folder: Path) -> None:
    assert find(folder, "abc123") == (0, "", {"number": "7"})
    assert "head=someone:topic" in calls(folder)[0]


def test_a_run_of_an_older_commit_comments_on_nothing(folder: Path) -> None:
    code, output, outputs = find(folder, "gone")
    assert (code, outputs) == (0, {"number": ""})
    assert "::notice::No open pull request has its head at gone" in output


def test_a_branch_s_name_is_never_run(folder: Path) -> None:
    assert find(folder, "abc123", HOSTILE_BRANCH)[0] == 0
    assert f"head=someone:{HOSTILE_BRANCH}" in calls(folder)[0]
    assert not (folder / "hacked").exists()


def test_a_github_that_does_not_answer_fails_the_job(folder: Path) -> None:
    code, _, _ = run(
        folder, "Find the pull request", HEAD_OWNER="someone", HEAD_BRANCH="topic", HEAD_SHA="abc123", GH_FAILS="1"
    )
    assert code != 0


def test_the_first_comment_is_posted_and_later_ones_replace_it(folder: Path) -> None:
    """Only a comment by the bot that begins with the marker counts, on any page."""
    others = [
        {"id": 1, "user": {"login": "github-actions[bot]"}, "body": f"quoting {MARKER}"},
        {"id": 2, "user": {"login": "someone"}, "body": f"{MARKER}\n\nnot ours"},
    ]
    (folder / "comments.json").write_text(json.dumps([others, []]))
    assert download_and_post(folder) == (0, "")
    assert calls(folder)[-1] == [
        "api",
        "--silent",
        "--method",
        "POST",
        f"{REPOSITORY}/issues/7/comments",
        "--input",
        "-",
    ]
    assert json.loads((folder / "sent.json").read_text()) == {"body": f"{MARKER}\n\n## Verdict\n"}
    ours = {"id": 33, "user": {"login": "github-actions[bot]"}, "body": f"{MARKER}\n\n## Verdict"}
    (folder / "comments.json").write_text(json.dumps([others, [ours, {**ours, "id": 44}]]))
    assert run(folder, "Post the comment", NUMBER="7")[0] == 0
    assert calls(folder)[-1][3:5] == ["PATCH", f"{REPOSITORY}/issues/comments/33"]


def test_a_run_without_a_comment_is_said_to_be_unfinished(folder: Path) -> None:
    """An older, better verdict must not stay."""
    (folder / "artifact" / "comment.md").unlink()
    (folder / "artifact").rmdir()
    assert download_and_post(folder) == (0, "")
    text = (folder / "downloaded" / "comment.md").read_text(encoding="utf-8")
    assert text.startswith(f"{MARKER}\n\n## ❌ Benchmark: not finished\n\n[The run](https://ci.example/runs/1)")


@pytest.mark.parametrize("content", ["## no marker\n", f" {MARKER}\n", f"{MARKER}\n{'x' * 65_536}\n"])
def test_what_is_no_comment_of_bench_is_not_posted(folder: Path, content: str) -> None:
    (folder / "artifact" / "comment.md").write_text(content)
    code, output = download_and_post(folder)
    assert code == 1
    assert "::error::" in output
    assert not [call for call in calls(folder) if "POST" in call or "PATCH" in call]


def test_a_link_in_the_artifact_is_not_followed(folder: Path) -> None:
    comment = folder / "artifact" / "comment.md"
    (folder / "secret").write_text(f"{MARKER}\nsecret\n")
    comment.unlink()
    comment.symlink_to(folder / "secret")
    assert run(folder, "Get the comment", RUN_ID="1", RUN_URL="https://ci.example/runs/1")[0] == 0
    (folder / "downloaded" / "comment.md").unlink()
    (folder / "downloaded" / "comment.md").symlink_to(folder / "secret")
    assert run(folder, "Post the comment", NUMBER="7")[0] == 1
