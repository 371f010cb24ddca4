"""``bench project locks`` shows what a revision needs before anything is run."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from tests.revisions.clones import commit, make
from tests.support.command import content, run


@pytest.fixture
def described(tmp_path: Path) -> Path:
    """A description whose clone has an older lock file without an interpreter."""
    clone = make(tmp_path / "clone", {"uv.lock": "old\n", "shop/tasks.py": ""})
    commit(clone, {"uv.lock": "new\n"}, "Use \x1b[31mmore")
    file = tmp_path / "shop.toml"
    file.write_text(
        f'[project]\nname = "shop"\njob = "job.py"\ncheckout = "clone"\ninterpreter = "{sys.executable}"\n'
        'path = ["{checkout}"]\nlock = "uv.lock"\n[functions]\nshipped = "shop.tasks:write"\n'
    )
    return file


def test_each_revision_has_its_hash_and_what_to_write_for_those_without_an_interpreter(described: Path) -> None:
    clone = described.parent / "clone"
    before = content(clone)
    finished = run("project", "locks", described, "--revision", "main", "--revision", "main~1")
    old, new = (hashlib.sha256(text).hexdigest() for text in (b"old\n", b"new\n"))
    lines = finished.stdout.splitlines()
    assert lines[0].startswith("main: ")
    assert lines[0].endswith(" Use [31mmore")
    assert lines[1:3] == [f"  uv.lock: SHA-256 {new}", f"  interpreter: {sys.executable}"]
    assert lines[4:6] == [f"  uv.lock: SHA-256 {old}", "  interpreter: none is named"]
    assert lines[-2:] == ["[interpreters]", f'"{old[:12]}" = "…/bin/python"']
    assert (finished.returncode, finished.stderr) == (1, "")
    assert content(clone) == before


def test_with_an_interpreter_for_each_the_exit_code_is_0(described: Path) -> None:
    finished = run("project", "locks", described)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("HEAD: ")


def test_an_unknown_revision_is_one_line(described: Path) -> None:
    finished = run("project", "locks", described, "--revision", "nowhere")
    assert finished.returncode == 2
    assert finished.stderr.startswith("bench: unknown revision 'nowhere' in the checkout 'clone'")
    assert finished.stderr.count("\n") == 1
