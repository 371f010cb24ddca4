"""Clones of every kind are found and read, and what cannot be read has a remedy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.revisions.repository import Repository
from tests.revisions.clones import commit, make
from tests.support.command import content
from tests.support.repository import git


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return make(tmp_path / "clone")


def test_a_commit_is_described_by_hash_author_date_and_subject(clone: Path) -> None:
    name = commit(clone, {}, "Ünwise \x1b[31m subject\n\nbody", "--date=2026-01-02T03:04:05+02:00")
    before = content(clone)
    repository = Repository.containing(clone / "pkg")
    assert repository.root == clone
    found = repository.describe([repository.commit("HEAD"), repository.commit("main~1")])
    assert [(one.hash, one.author_date, one.subject) for one in found[:1]] == [
        (name, "2026-01-02T03:04:05+02:00", "Ünwise \x1b[31m subject")
    ]
    assert found[1].subject == "first"
    assert content(clone) == before


def test_settings_of_the_user_change_nothing_that_is_read(clone: Path) -> None:
    for setting, value in (
        ("log.showSignature", "true"),
        ("i18n.logOutputEncoding", "latin1"),
        ("core.quotePath", "true"),
        ("color.ui", "always"),
        ("format.pretty", "fuller"),
    ):
        git(clone, "config", setting, value)
    commit(clone, {"pkg/ünicode.py": ""}, "Ünicode")
    repository = Repository.containing(clone)
    (found,) = repository.describe([repository.commit("HEAD")])
    assert found.subject == "Ünicode"
    assert "pkg/ünicode.py" in [one.path for one in repository.entries(found.hash, "pkg", deep=True)]


def test_a_subject_in_another_encoding_is_read(clone: Path) -> None:
    git(clone, "config", "i18n.commitEncoding", "latin1")
    message = clone.parent / "message"
    message.write_bytes("Ümlaut".encode("latin1"))
    git(clone, "commit", "--quiet", "--allow-empty", "-F", str(message))
    repository = Repository.containing(clone)
    assert repository.describe([repository.commit("HEAD")])[0].subject == "Ümlaut"


def test_a_bare_clone_and_a_worktree_are_read(clone: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(clone), "bare.git")
    git(clone, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))
    for folder in (tmp_path / "bare.git", tmp_path / "tree"):
        repository = Repository.containing(folder)
        assert repository.root == folder
        assert repository.file(repository.commit("main"), "pkg/task.py") == b"VERSION = 1\n"


def test_a_repository_with_sha_256_is_read(tmp_path: Path) -> None:
    clone = make(tmp_path / "long", {"a.py": "A\n"}, "--object-format=sha256")
    repository = Repository.containing(clone)
    commit_hash = repository.commit("main")
    assert len(commit_hash) == 64
    assert repository.file(commit_hash, "a.py") == b"A\n"


def test_a_file_that_is_not_in_the_commit_is_none(clone: Path) -> None:
    repository = Repository.containing(clone)
    assert repository.file(repository.commit("HEAD"), "nowhere") is None
    assert repository.file(repository.commit("HEAD"), "pkg") is None


def test_an_unknown_revision_of_a_shallow_clone_says_that_it_is_shallow(clone: Path, tmp_path: Path) -> None:
    old = git(clone, "rev-parse", "HEAD").strip()
    commit(clone, {"single.py": "2"}, "second")
    git(tmp_path, "clone", "--quiet", "--depth=1", clone.as_uri(), "shallow")
    with pytest.raises(InputError, match=rf"unknown revision '{old}' .* fetch it first \(the clone is shallow\)"):
        Repository.containing(tmp_path / "shallow").commit(old)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to somebody else")
def test_a_clone_of_another_user_names_the_remedy(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (clone, clone / ".git"):
        os.chown(path, 65534, 65534)
    monkeypatch.setenv("HOME", str(clone.parent))
    monkeypatch.delenv("SUDO_UID", raising=False)
    with pytest.raises(InputError) as caught:
        Repository.containing(clone)
    assert str(caught.value) == (
        f"{clone} is in a git checkout of another user, which git refuses to read; run as its owner, or trust it by "
        f"`git config --global --add safe.directory {clone}`"
    )


def test_what_is_no_clone_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is in no git checkout that can be read \(fatal: not a git repository"):
        Repository.containing(tmp_path)
    with pytest.raises(InputError, match="nowhere does not exist; name your clone"):
        Repository.containing(tmp_path / "nowhere")
