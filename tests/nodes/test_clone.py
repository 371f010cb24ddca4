"""What a node's clone must have of a commit that a run elsewhere names, and how its code is found there."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from bench.compliance.job import JOB
from bench.errors import InputError
from bench.jobs.implementation import Implementation
from bench.jobs.registry import implementation_of
from bench.nodes.clone import NodeClone
from bench.nodes.messages import Work
from bench.nodes.permitted import permitted
from bench.nodes.work import works_of
from bench.revisions.code import PackageCode
from bench.revisions.repository import Repository
from tests.revisions.clones import commit, make
from tests.support.command import content
from tests.support.nodes import plan
from tests.support.repository import git

NAME = "pkg.task:create"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of two commits."""
    folder = make(tmp_path / "clone")
    commit(folder, {"pkg/task.py": "VERSION = 2\n"}, "second")
    return folder


def work_at(revision: str) -> Work:
    """The work that names ``pkg.task:create`` at a commit."""
    (work,) = works_of(plan("50/1"))
    return replace(work, implementations=(f"{NAME}@new",), commits={f"{NAME}@new": revision}, paths=("pkg",))


def refused(folder: Path, work: Work) -> str:
    """Why a node with the clone ``folder`` does not measure ``work``."""
    with pytest.raises(InputError) as caught:
        NodeClone(folder=folder).refuse_unless_there(work, permitted(work, JOB, anything=True))
    return str(caught.value)


def test_a_commit_of_the_clone_is_taken_from_it_and_nothing_else_changes(clone: Path) -> None:
    head = git(clone, "rev-parse", "HEAD").strip()
    work, before = work_at(head), content(clone)
    (named,) = permitted(work, JOB, anything=True)
    assert (named.name, named.function) == (f"{NAME}@new", NAME)
    node = NodeClone(folder=clone)
    node.refuse_unless_there(work, [named])
    with node.taken(work, [named]) as ((taken,), warnings):
        assert (taken.name, taken.revision, warnings) == (f"{NAME}@new", head, ())
        assert (Path(taken.environment.path[0]) / "pkg" / "task.py").read_text() == "VERSION = 2\n"
        assert not (Path(taken.environment.path[0]) / "single.py").exists()
    assert not Path(taken.environment.path[0]).exists()
    assert content(clone) == before


def test_a_commit_that_the_clone_lacks_is_named_with_the_remedy(clone: Path) -> None:
    assert refused(clone, work_at("a" * 40)) == (
        "the clone there lacks commit aaaaaaaaaaaa; run git fetch in it, and start the node again"
    )
    shallow = clone.parent / "shallow"
    git(clone.parent, "clone", "--quiet", "--depth=1", clone.as_uri(), "shallow")
    old = git(clone, "rev-parse", "HEAD~1").strip()
    assert "run git fetch --unshallow in it" in refused(shallow, work_at(old))


@pytest.mark.parametrize("revision", ["HEAD", "main", "0123456789ab", "--all", "HEAD^{commit}"])
def test_only_full_hashes_name_a_commit(clone: Path, revision: str) -> None:
    assert "is no full hash of a commit" in refused(clone, work_at(revision))


def test_a_tag_s_object_is_no_commit(clone: Path) -> None:
    git(clone, "tag", "-a", "-m", "a tag", "v1")
    assert "lacks commit" in refused(clone, work_at(git(clone, "rev-parse", "v1").strip()))


def test_code_in_another_place_is_not_what_is_wanted(clone: Path) -> None:
    head = git(clone, "rev-parse", "HEAD").strip()
    assert "the clone there has the code in pkg, and other is wanted; name a clone of the same repository" in refused(
        clone, replace(work_at(head), paths=("other",))
    )
    git(clone, "rm", "-r", "--quiet", "pkg")
    git(clone, "commit", "--quiet", "-m", "without")
    assert "has no pkg, of which 'pkg.task:create@new' is part" in refused(clone, work_at(head))


def test_a_package_is_found_at_the_root_or_in_src_or_where_it_is_imported_from(clone: Path) -> None:
    repository = Repository.containing(clone)

    def path_of(function: str, **members: object) -> tuple[str, ...]:
        found = implementation_of(JOB, function)
        return PackageCode.in_clone(repository, Implementation(name="x", function=found.function, **members)).paths  # type: ignore[arg-type]

    commit(clone, {"src/inner/__init__.py": "", "src/alone.py": ""}, "third")
    assert path_of("pkg.task:create") == ("pkg",)
    assert path_of("single:create") == ("single.py",)
    assert path_of("inner:create") == ("src/inner",)
    assert path_of("alone:create") == ("src/alone.py",)
    with pytest.raises(InputError, match="is part of the harness"):
        path_of("bench.words:plain")
