"""A revision's code is imported instead of the working tree's, and the user's checkout never notices."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.cli.code_source import at_revisions
from bench.compliance.job import JOB
from bench.declare.laws import Law
from bench.errors import InputError
from bench.harness.describe import describe
from bench.harness.executor import ProcessExecutor
from bench.jobs.implementation import Implementation
from bench.jobs.registry import implementation_of
from tests.support.command import content
from tests.support.notes import Notes
from tests.support.repository import IMPLEMENTATION, PACKAGE, git, make_repository, write_package


@contextmanager
def checked_out(implementation: Implementation, revision: str) -> Iterator[Implementation]:
    """The implementation at one revision."""
    with at_revisions([implementation], [revision], Notes()) as (code,):
        yield code


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository, as the working folder."""
    folder = tmp_path / "repository"
    folder.mkdir()
    make_repository(folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A TMPDIR of this test's own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == [], "nothing is left in the temporary folder"


def test_the_package_is_that_of_the_revision_and_nothing_else_comes_along(repository: Path, temporary: Path) -> None:
    with checked_out(implementation_of(JOB, IMPLEMENTATION), "before") as code:
        folder = Path(code.environment.path[0])
        assert (folder / PACKAGE / "extra.py").read_text() == "EXTRA = 0\n"
        assert sorted(path.name for path in folder.iterdir()) == [PACKAGE]
    assert (code.name, code.function) == (f"{IMPLEMENTATION}@before", IMPLEMENTATION)
    assert code.revision == git(repository, "rev-parse", "before").strip()


def test_index_working_tree_and_branches_stay_as_they_are(repository: Path, temporary: Path) -> None:
    """And no hook is run."""
    before = content(repository)
    with checked_out(implementation_of(JOB, IMPLEMENTATION), "before"):
        assert content(repository) == before
    assert content(repository) == before
    assert "hooked" not in before


def test_a_git_that_runs_this_from_a_hook_of_another_repository_does_not_mislead_it(
    repository: Path, temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    for name, value in (
        ("GIT_DIR", other / ".git"),
        ("GIT_INDEX_FILE", other / ".git" / "index"),
        ("GIT_COMMON_DIR", other / ".git"),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", other / ".git" / "objects"),
        ("GIT_NAMESPACE", "another"),
        ("GIT_LITERAL_PATHSPECS", "1"),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "core.worktree"),
        ("GIT_CONFIG_VALUE_0", other),
        ("GIT_CONFIG_PARAMETERS", f"'core.worktree={other}'"),
    ):
        monkeypatch.setenv(name, str(value))
    before = content(other)
    with checked_out(implementation_of(JOB, IMPLEMENTATION), "before") as code:
        assert (Path(code.environment.path[0]) / PACKAGE / "extra.py").read_text() == "EXTRA = 0\n"
    assert content(other) == before


def test_the_folder_goes_whatever_becomes_of_the_run(repository: Path, temporary: Path) -> None:
    def fail_within() -> None:
        with checked_out(implementation_of(JOB, IMPLEMENTATION), "before"):
            assert list(temporary.iterdir())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_within()


def test_a_package_below_a_folder_of_the_checkout_is_found_there(
    repository: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_package(repository / "src", 2, "ab_below")
    git(repository, "add", "src")
    git(repository, "commit", "--quiet", "-m", "below")
    monkeypatch.syspath_prepend(str(repository / "src"))
    with checked_out(implementation_of(JOB, "ab_below.task:create"), "HEAD") as code:
        assert (Path(code.environment.path[0]) / "ab_below" / "extra.py").read_text() == "EXTRA = 2\n"


def test_files_with_odd_names_come_along(repository: Path, temporary: Path) -> None:
    names = [b"two words.txt", b"line\nbreak.txt", b"\xff.txt", b"-dash.txt", b"'quoted\".txt", b":(top)magic.txt"]
    for name in names:
        Path(os.fsdecode(os.fsencode(repository / PACKAGE) + b"/" + name)).write_bytes(name)
    git(repository, "add", PACKAGE)
    git(repository, "commit", "--quiet", "-m", "odd")
    with checked_out(implementation_of(JOB, IMPLEMENTATION), "HEAD") as code:
        folder = Path(code.environment.path[0]) / PACKAGE
        assert {os.fsencode(path.name) for path in folder.glob("*.txt")} == set(names)


def test_a_single_module_is_enough(repository: Path, temporary: Path) -> None:
    (repository / "ab_single.py").write_text("OLD = True\n")
    git(repository, "add", "ab_single.py")
    git(repository, "commit", "--quiet", "-m", "single")
    (repository / "ab_single.py").write_text("OLD = False\n")
    with checked_out(implementation_of(JOB, "ab_single:create"), "HEAD") as code:
        assert (Path(code.environment.path[0]) / "ab_single.py").read_text() == "OLD = True\n"


def test_workers_import_the_revision_s_code_under_its_name_and_today_s_under_its_own(
    repository: Path, temporary: Path
) -> None:
    with checked_out(implementation_of(JOB, IMPLEMENTATION), "before") as code:
        scratch = Path(code.environment.path[0]).parent
        answer = describe(ProcessExecutor(scratch), (code, implementation_of(JOB, IMPLEMENTATION)))
    assert [(one.implementation, one.laws) for one in answer.laws] == [
        (code.name, (Law("statements_django", 18),)),
        (IMPLEMENTATION, (Law("statements_django", 19),)),
    ]


def test_code_that_today_s_harness_cannot_import_is_an_input_error_that_names_the_commit(
    repository: Path, temporary: Path
) -> None:
    (repository / PACKAGE / "task.py").write_text("import bench.no_longer_there\n")
    git(repository, "commit", "--quiet", "--all", "-m", "broken")
    write_package(repository, 1)
    with checked_out(implementation_of(JOB, IMPLEMENTATION), "HEAD") as code:
        executor = ProcessExecutor(Path(code.environment.path[0]).parent)
        with pytest.raises(InputError, match=rf"at commit {code.revision[:12]}: .*no_longer_there"):
            describe(executor, (code, implementation_of(JOB, IMPLEMENTATION)))


@pytest.mark.parametrize(
    ("implementation", "revision", "message"),
    [
        (IMPLEMENTATION, "nowhere", "unknown revision 'nowhere' in the checkout 'repository'; name a branch, tag or"),
        (IMPLEMENTATION, "--help", "unknown revision '--help'"),
        (IMPLEMENTATION, "empty", f"has no {PACKAGE}, which the measured code needs; name a revision that has it"),
        (IMPLEMENTATION, "before:notes.txt", "unknown revision 'before:notes.txt'"),
        ("ab_missing.task:create", "before", "no module 'ab_missing'; run from its folder"),
        ("bench.worker:main", "before", "is part of the harness, which is always taken from the working tree"),
        ("ab_outside:create", "before", "ab_outside.py is in no git checkout that can be read (fatal: not a git"),
        ("unheard-of", "before", "unknown implementation 'unheard-of'; known are"),
    ],
)
def test_what_cannot_be_checked_out_is_an_input_error_in_one_line(
    repository: Path,
    temporary: Path,
    monkeypatch: pytest.MonkeyPatch,
    implementation: str,
    revision: str,
    message: str,
) -> None:
    (repository.parent / "ab_outside.py").touch()
    monkeypatch.syspath_prepend(str(repository.parent))
    with pytest.raises(InputError) as caught, checked_out(implementation_of(JOB, implementation), revision):
        pass
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_without_git_the_message_says_so(
    repository: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    with pytest.raises(InputError, match="git cannot be started: No such file or directory; install it"):
        checked_out(implementation_of(JOB, IMPLEMENTATION), "before").__enter__()
