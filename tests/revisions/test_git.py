"""git is asked about the folder it is given, never prompts, and cannot hold up a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.harness.environment import describe_environment
from bench.revisions.git import KEPT, git, said
from tests.support.processes import is_running, wait_until
from tests.support.repository import git as commit_with
from tests.support.repository import make_repository


def fake_git(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a shell script first on PATH that takes the place of git."""
    folder.mkdir(exist_ok=True)
    (folder / "git").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_no_variable_of_another_repository_reaches_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEPT:
        monkeypatch.delenv(name, raising=False)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_COUNT", "GIT_NEW_ONE"):
        monkeypatch.setenv(name, "another")
    fake_git(tmp_path / "bin", monkeypatch, "env")
    given = git(tmp_path, "status", extra={"GIT_INDEX_FILE": "this"}).stdout.decode().splitlines()
    assert sorted(one for one in given if one.startswith("GIT_")) == [
        "GIT_INDEX_FILE=this",
        "GIT_OPTIONAL_LOCKS=0",
        "GIT_TERMINAL_PROMPT=0",
    ]


def test_what_says_how_git_reaches_a_remote_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -i key")
    fake_git(tmp_path / "bin", monkeypatch, "env")
    assert b"\nGIT_SSH_COMMAND=ssh -i key\n" in b"\n" + git(tmp_path, "status").stdout


def test_what_git_says_comes_without_the_credentials_of_a_remote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_git(tmp_path / "bin", monkeypatch, "echo fatal: https://me:secret@example.org/x.git: not found >&2; exit 128")
    text = said(git(tmp_path, "status"))
    assert text == "fatal: https://…@example.org/x.git: not found"


def test_the_revision_of_a_run_is_this_checkouts_whatever_git_variables_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    make_repository(tmp_path / "other")
    other = commit_with(tmp_path / "other", "rev-parse", "--short=12", "HEAD").strip()
    before = describe_environment("16.14", "embedded", {}).revision
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    assert describe_environment("16.14", "embedded", {}).revision == before
    assert not before.startswith(other)


def test_a_git_that_hangs_is_ended_with_its_children_and_costs_the_revision_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child that git started holds the pipes open, as a credential helper or ssh does."""
    fake_git(tmp_path / "bin", monkeypatch, f"sleep 600 & echo $! > {tmp_path}/child; wait")
    with pytest.raises(InputError, match=r"git status did not end within 1 s; see what it waits for in"):
        git(tmp_path, "status", timeout_seconds=1)
    child = int((tmp_path / "child").read_text())
    wait_until(lambda: not is_running(child), "git's child is gone")
    fake_git(tmp_path / "bin", monkeypatch, "exit 128")
    assert describe_environment("16.14", "embedded", {}).revision == ""
