"""Results name the code that was measured: the commit of its own files, not that of the suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.harness.code import code_of
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.implementation import Implementation
from tests.support.repository import IMPLEMENTATION, PACKAGE, git, make_repository

VERSIONS = {"python": "3.12.3", "Django": "5.1.14", "psycopg2": "2.9.10"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    make_repository(tmp_path)
    return tmp_path


def implementation(folder: Path, function: str = IMPLEMENTATION, revision: str = "") -> Implementation:
    environment = WorkerEnvironment(path=(str(folder),))
    return Implementation(name="own", function=function, environment=environment, revision=revision, project="theirs")


def test_the_worker_says_what_ran_it_and_the_files_say_of_which_commit_they_are(repository: Path) -> None:
    git(repository, "commit", "--quiet", "--all", "--no-verify", "-m", "everything")
    found = code_of(implementation(repository), VERSIONS, ("CREATE EXTENSION hstore",))
    assert (found.implementation, found.function, found.project) == ("own", IMPLEMENTATION, "theirs")
    assert (found.python, dict(found.packages)) == ("3.12.3", {"Django": "5.1.14", "psycopg2": "2.9.10"})
    assert found.revision == git(repository, "rev-parse", "--short=12", "HEAD").strip()
    assert found.skipped_statements == ("CREATE EXTENSION hstore",)


def test_only_changes_of_the_measured_package_count(repository: Path) -> None:
    git(repository, "commit", "--quiet", "--all", "--no-verify", "-m", "everything")
    (repository / "notes.txt").write_text("another\n")
    assert not code_of(implementation(repository), VERSIONS).revision.endswith("+changes")
    (repository / PACKAGE / "extra.py").write_text("EXTRA = 9\n")
    assert code_of(implementation(repository), VERSIONS).revision.endswith("+changes")


def test_code_taken_from_a_commit_is_of_that_commit(repository: Path) -> None:
    assert code_of(implementation(repository, revision="0123abc"), VERSIONS).revision == "0123abc"


def test_code_that_is_in_no_commit_has_no_revision(repository: Path) -> None:
    (repository / "loose.py").write_text("def create(): ...\n")
    assert code_of(implementation(repository, "loose:create"), VERSIONS).revision == ""
    assert code_of(implementation(repository, "json:dumps"), VERSIONS).revision == ""
    assert code_of(implementation(repository, "absent:create"), VERSIONS).revision == ""
