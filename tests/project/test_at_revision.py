"""A project at a revision: which files, which interpreter and which tables it has."""

from __future__ import annotations

import hashlib
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import InputError
from bench.project.at_revision import ProjectCode
from bench.project.description import Project
from bench.revisions.code import Checkouts, RevisionCode, RevisionError
from tests.revisions.clones import commit, files, make
from tests.support.command import content
from tests.support.repository import git

FILES = {
    "api/shop/tasks.py": "VERSION = 1\n",
    "api/shop/migrations/0001.py": "FIRST = 1\n",
    "api/config/settings.py": "APPS = 1\n",
    "api/poetry.lock": "old\n",
    "web/index.html": "large\n",
}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose clone has one commit; each test adds others."""
    clone = make(tmp_path / "clone", FILES)
    return Project(
        file=Path("shop.toml"),
        name="shop",
        job="job.py",
        functions={"shipped": "shop.tasks:write"},
        interpreter=sys.executable,
        checkout=clone,
        path=("{checkout}/api", "/elsewhere"),
        settings="config.settings",
        variables={"HERE": "{checkout}/api"},
        lock="api/poetry.lock",
    )


def code_of(project: Project, revision: str, scratch: Path) -> RevisionCode:
    checkouts = Checkouts(ProjectCode.of(project), scratch)
    return checkouts.code(checkouts.commit(revision))


def test_the_folders_of_the_path_are_written_and_the_environment_points_there(project: Project, tmp_path: Path) -> None:
    assert project.checkout is not None
    before = content(project.checkout)
    code = code_of(project, "main", tmp_path / "scratch")
    folder = tmp_path / "scratch" / code.commit.hash
    assert set(files(folder)) == {name for name in FILES if name.startswith("api/")}
    assert code.environment.path == (f"{folder}/api", "/elsewhere")
    assert code.environment.variables == {"HERE": f"{folder}/api"}
    assert code.implementation("shipped@main", "shop.tasks:write").environment == code.environment
    assert content(project.checkout) == before


def test_what_the_description_calls_code_is_written_instead(project: Project, tmp_path: Path) -> None:
    code = code_of(replace(project, code=("api/shop", "api/config")), "main", tmp_path / "scratch")
    assert "api/poetry.lock" not in files(tmp_path / "scratch" / code.commit.hash)


def test_a_checkout_below_the_root_of_its_clone(project: Project, tmp_path: Path) -> None:
    assert project.checkout is not None
    below = replace(project, checkout=project.checkout / "api", path=("{checkout}",), lock="poetry.lock")
    code = code_of(below, "main", tmp_path / "scratch")
    folder = tmp_path / "scratch" / code.commit.hash
    assert code.environment.path == (f"{folder}/api",)
    assert "web/index.html" not in files(folder)


def test_a_bare_clone_serves_as_well(project: Project, tmp_path: Path) -> None:
    assert project.checkout is not None
    git(tmp_path, "clone", "--quiet", "--bare", str(project.checkout), "bare.git")
    code = code_of(replace(project, checkout=tmp_path / "bare.git"), "main", tmp_path / "scratch")
    assert code.environment.path[0] == f"{tmp_path}/scratch/{code.commit.hash}/api"


def test_a_lock_file_of_today_has_todays_interpreter_and_another_one_its_own(project: Project, tmp_path: Path) -> None:
    assert project.checkout is not None
    commit(project.checkout, {"api/poetry.lock": "new\n"}, "locked")
    assert code_of(project, "main", tmp_path / "a").environment.interpreter == sys.executable
    other = tmp_path / "python"
    other.touch()
    named = replace(project, interpreters={sha256("old\n")[:12]: str(other)})
    assert code_of(named, "main~1", tmp_path / "b").environment.interpreter == str(other)
    assert code_of(replace(project, lock=""), "main~1", tmp_path / "c").environment.interpreter == sys.executable


def test_a_lock_file_without_an_interpreter_names_revision_hash_and_remedy(project: Project, tmp_path: Path) -> None:
    assert project.checkout is not None
    commit(project.checkout, {"api/poetry.lock": "new\n"}, "locked")
    with pytest.raises(RevisionError) as caught:
        code_of(project, "main~1", tmp_path / "scratch")
    old = git(project.checkout, "rev-parse", "main~1")[:12]
    assert str(caught.value) == (
        f"revision {old} has api/poetry.lock with the SHA-256 {sha256('old' + chr(10))}, and shop.toml names no "
        f'interpreter for it; install the environment that it pins and write "{sha256("old" + chr(10))[:12]}" = '
        f'"…/bin/python" below [interpreters]; `bench project locks shop.toml --revision {old}` shows it'
    )
    assert not (tmp_path / "scratch" / old).exists()


def test_an_interpreter_that_is_not_there_is_named(project: Project, tmp_path: Path) -> None:
    assert project.checkout is not None
    commit(project.checkout, {"api/poetry.lock": "new\n"}, "locked")
    gone = replace(project, interpreters={sha256("old\n"): "/nowhere/python"})
    with pytest.raises(RevisionError, match="needs the interpreter /nowhere/python, which does not exist; correct it"):
        code_of(gone, "main~1", tmp_path / "scratch")


def test_a_revision_without_the_lock_file_or_the_code_cannot_be_run(project: Project, tmp_path: Path) -> None:
    assert project.checkout is not None
    git(project.checkout, "rm", "--quiet", "-r", "api/poetry.lock")
    commit(project.checkout, {}, "unlocked")
    git(project.checkout, "restore", "--source=main~1", "api/poetry.lock")
    with pytest.raises(RevisionError, match=r"has no api/poetry\.lock, and shop\.toml names no interpreter"):
        code_of(project, "main", tmp_path / "scratch")
    shutil.rmtree(project.checkout / "api")
    commit(project.checkout, {}, "gone")
    with pytest.raises(RevisionError, match="has no api, which the measured code needs"):
        code_of(replace(project, lock=""), "main", tmp_path / "scratch")


def test_only_what_makes_tables_changes_their_hash(project: Project, tmp_path: Path) -> None:
    clone = project.checkout
    assert clone is not None
    hashes = [code_of(project, "main", tmp_path / "0").tables]
    for number, changed in enumerate(
        (
            {"api/shop/tasks.py": "VERSION = 2\n", "web/index.html": "other\n"},
            {"api/shop/migrations/0002.py": "SECOND = 1\n"},
            {"api/config/base.py": "APPS = 2\n"},
            {"api/shop/tasks.py": "VERSION = 3\n"},
        ),
        start=1,
    ):
        commit(clone, changed, f"number {number}")
        hashes.append(code_of(project, "main", tmp_path / str(number)).tables)
    assert [hashes.index(one) for one in hashes] == [0, 0, 2, 3, 3]
    assert code_of(replace(project, migrate=("migrate", "--fake")), "main", tmp_path / "5").tables not in hashes


def test_a_working_tree_has_the_tables_of_the_commit_that_it_would_become(project: Project, tmp_path: Path) -> None:
    clone = project.checkout
    assert clone is not None
    (clone / ".gitignore").write_text("*.pyc\n")
    (clone / "api/shop/migrations/0001.pyc").write_text("ignored")
    committed = commit(clone, {}, "ignored")
    source = ProjectCode.of(project)
    assert source.todays_tables() == code_of(project, committed, tmp_path / "0").tables
    (clone / "api/shop/migrations/0002.py").write_text("SECOND = 1\n")
    (clone / "api/shop/migrations/0001.py").unlink()
    before = content(clone)
    new = source.todays_tables()
    assert content(clone) == before
    assert new != code_of(project, committed, tmp_path / "1").tables
    assert new == code_of(project, commit(clone, {}, "new"), tmp_path / "2").tables


def test_a_project_without_a_clone_says_where_to_name_it(project: Project) -> None:
    with pytest.raises(InputError, match=r"shop\.toml: project\.checkout is missing, and revisions are taken from it"):
        ProjectCode.of(replace(project, checkout=None))
