"""The code of an implementation at a revision is its package alone, and today's environment finds it first."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import InputError
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.implementation import Implementation
from bench.revisions.code import Checkouts, PackageCode, RevisionError, open_checkouts
from tests.revisions.clones import CODE, commit, files, make


def implementation(function: str, *path: Path) -> Implementation:
    environment = WorkerEnvironment(path=tuple(map(str, path)), settings="today.settings")
    return Implementation(name=function, function=function, environment=environment)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    clone = make(tmp_path / "clone", {**CODE, "src/below/task.py": "BELOW = 1\n"})
    commit(clone, {"pkg/task.py": "VERSION = 2\n"}, "second")
    return clone


@pytest.mark.parametrize(
    ("function", "folder", "names", "inside"),
    [
        ("pkg.task:create", "", {"pkg/__init__.py", "pkg/task.py", "pkg/sub/more.py"}, ""),
        ("single:create", "", {"single.py"}, ""),
        ("below.task:create", "src", {"src/below/task.py"}, "/src"),
    ],
)
def test_the_package_alone_is_written_and_found_first(
    clone: Path, tmp_path: Path, function: str, folder: str, names: set[str], inside: str
) -> None:
    (tmp_path / "scratch").mkdir()
    source = PackageCode.of(implementation(function, clone / folder))
    with open_checkouts(source, tmp_path / "scratch") as checkouts:
        code = checkouts.code(checkouts.commit("main~1"))
        written = Path(code.environment.path[0])
        assert str(written).endswith(f"{code.commit.hash}{inside}")
        found = files(tmp_path / "scratch")
        assert {name.partition(code.commit.hash + "/")[2] for name in found} == names
        assert code.environment.path[1:] == (str(clone / folder),)
        assert code.environment.settings == "today.settings"
        assert (code.tables, code.commit.subject) == ("", "first")
        assert checkouts.code(code.commit) is code
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_revision_without_the_package_cannot_be_run(clone: Path, tmp_path: Path) -> None:
    commit(clone, {"new/task.py": ""}, "new")
    checkouts = Checkouts(PackageCode.of(implementation("new.task:create", clone)), tmp_path / "scratch")
    with pytest.raises(RevisionError, match="has no new, which the measured code needs; name a revision that has it"):
        checkouts.code(checkouts.commit("main~1"))


def test_implementations_of_several_packages_come_together(clone: Path, tmp_path: Path) -> None:
    source = PackageCode.of(implementation("pkg.task:create", clone), implementation("single:create", clone))
    checkouts = Checkouts(source, tmp_path / "scratch")
    code = checkouts.code(checkouts.commit("main"))
    assert set(files(tmp_path / "scratch" / code.commit.hash)) == {
        "pkg/__init__.py",
        "pkg/sub/more.py",
        "pkg/task.py",
        "single.py",
    }
    assert code.environment.path == (f"{tmp_path}/scratch/{code.commit.hash}", str(clone))
    other = make(tmp_path / "other", {"elsewhere.py": ""})
    with pytest.raises(InputError, match="are in different git checkouts; measure revisions of one at a time"):
        PackageCode.of(implementation("single:create", clone), implementation("elsewhere:create", other))


def test_the_suite_itself_is_not_taken_from_a_revision(clone: Path) -> None:
    with pytest.raises(InputError, match="is part of the harness, which is always taken from the working tree"):
        PackageCode.of(implementation("bench.worker:main"))


def test_a_package_that_is_nowhere_is_an_input_error(clone: Path) -> None:
    with pytest.raises(InputError, match="no module 'ab_missing'; run from its folder, or add that to PYTHONPATH"):
        PackageCode.of(implementation("ab_missing.task:create"))
