"""The graph between good and bad is git's own, and commits that do not touch the measured code are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import InputError
from bench.revisions.history import content_of, merge_bases, read_graph
from bench.revisions.repository import Repository
from bench.revisions.search import Search, Standing
from tests.revisions.clones import commit, make, partial_clone
from tests.support.command import content
from tests.support.repository import git


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """``main`` with a side branch merged into it: first, one, (side1, side2), two, merge, last."""
    clone = make(tmp_path / "clone")
    commit(clone, {"pkg/task.py": "VERSION = 2\n"}, "one")
    git(clone, "switch", "--quiet", "-c", "side")
    commit(clone, {"pkg/side.py": "1\n"}, "side1")
    commit(clone, {"notes.txt": "1\n"}, "side2")
    git(clone, "switch", "--quiet", "main")
    commit(clone, {"pkg/task.py": "VERSION = 3\n"}, "two")
    git(clone, "merge", "--quiet", "--no-ff", "-m", "merge", "side")
    commit(clone, {"notes.txt": "2\n"}, "last")
    return clone


def subjects(repository: Repository, commits: object) -> list[str]:
    assert isinstance(commits, tuple | frozenset)
    return sorted(one.subject for one in repository.describe(tuple(commits)))


def test_the_graph_has_the_commits_after_good_and_says_which_change_the_code(clone: Path) -> None:
    before = content(clone)
    repository = Repository.containing(clone)
    good, bad = repository.commit("main~3"), repository.commit("main")
    assert merge_bases(repository, good, bad) == (good,)
    graph = read_graph(repository, [good], bad, ["pkg"])
    assert graph.bad == bad
    assert subjects(repository, tuple(graph.parents)) == ["last", "merge", "side1", "side2", "two"]
    assert subjects(repository, graph.changing) == ["merge", "side1", "two"]
    places = list(graph.parents)
    assert all(places.index(parent) < places.index(one) for one in places for parent in graph.parents[one])
    assert content(clone) == before


def test_without_paths_every_commit_counts(clone: Path) -> None:
    repository = Repository.containing(clone)
    graph = read_graph(repository, [repository.commit("main~3")], repository.commit("main"), [""])
    assert graph.changing == set(graph.parents)


def test_along_first_parents_a_merge_is_one_change(clone: Path) -> None:
    repository = Repository.containing(clone)
    good, bad = repository.commit("main~3"), repository.commit("main")
    graph = read_graph(repository, [good], bad, ["pkg"], first_parent=True)
    assert [subjects(repository, (one,)) for one in graph.parents] == [["two"], ["merge"], ["last"]]
    assert subjects(repository, graph.changing) == ["merge", "two"]


def test_a_commit_that_only_reverts_to_known_code_has_the_same_content(clone: Path) -> None:
    repository = Repository.containing(clone)
    reverted = commit(clone, {"pkg/task.py": "VERSION = 2\n", "pkg/side.py": "1\n"}, "reverted")
    side = repository.commit("side")
    assert content_of(repository, reverted, ["pkg"]) == content_of(repository, side, ["pkg"])
    assert content_of(repository, reverted, [""]) != content_of(repository, side, [""])


def test_a_good_commit_on_another_branch_has_a_merge_base(clone: Path) -> None:
    repository = Repository.containing(clone)
    good, bad = repository.commit("side"), repository.commit("main~2")
    assert subjects(repository, merge_bases(repository, good, bad)) == ["one"]


def test_good_and_bad_the_wrong_way_round_or_equal_are_refused(clone: Path) -> None:
    repository = Repository.containing(clone)
    good, bad = repository.commit("main"), repository.commit("main~1")
    with pytest.raises(InputError, match=r"is an ancestor of the good one .* name them the other way round"):
        merge_bases(repository, good, bad)
    with pytest.raises(InputError, match="good and bad are the same commit"):
        merge_bases(repository, good, good)


def test_a_shallow_clone_without_a_common_ancestor_says_how_to_get_it(clone: Path, tmp_path: Path) -> None:
    git(clone, "tag", "old", "main~3")
    git(tmp_path, "clone", "--quiet", "--depth=1", clone.as_uri(), "shallow")
    git(tmp_path / "shallow", "fetch", "--quiet", "--depth=1", "origin", "tag", "old")
    repository = Repository.containing(tmp_path / "shallow")
    with pytest.raises(InputError, match="the clone is shallow, get its history by `git fetch --unshallow`"):
        merge_bases(repository, repository.commit("old"), repository.commit("main"))


def test_a_partial_clone_needs_no_file_for_its_graph(clone: Path, tmp_path: Path) -> None:
    partial = partial_clone(clone, tmp_path / "partial")
    before = content(partial)
    repository = Repository.containing(partial)
    bad = repository.commit("main")
    graph = read_graph(repository, [repository.commit("main~3")], bad, ["pkg", "single.py"])
    assert len(graph.changing) == 3
    assert len(content_of(repository, bad, ["pkg", "single.py"])) == 2
    assert content(partial) == before


@pytest.mark.parametrize("planted", ["side1", "two", "merge"])
def test_the_search_finds_a_commit_of_a_real_history(clone: Path, planted: str) -> None:
    repository = Repository.containing(clone)
    graph = read_graph(repository, [repository.commit("main~3")], repository.commit("main"), ["pkg"])
    name = {one.subject: one.hash for one in repository.describe(tuple(graph.parents))}[planted]
    search = Search(graph)
    while (one := search.next()) is not None:
        after = name in git(clone, "rev-list", one).split()
        search.record(one, Standing.BAD if after else Standing.GOOD)
    assert search.first_bad == name
