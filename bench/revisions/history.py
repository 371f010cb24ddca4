"""The history between a good and a bad commit, read from a clone as the graph that a search narrows down."""

from __future__ import annotations

from collections.abc import Sequence

from bench.errors import InputError
from bench.revisions.git import git
from bench.revisions.repository import Repository
from bench.revisions.search import Graph


def merge_bases(repository: Repository, good: str, bad: str) -> tuple[str, ...]:
    """Return the best common ancestors of two commits, given as full hashes: ``good`` alone where ``bad`` follows it.

    Raises InputError where the order is the wrong way round, or the clone shows no common ancestor.
    """
    if good == bad:
        raise InputError(f"good and bad are the same commit, {good[:12]}; name two that differ")
    finished = git(repository.root, "merge-base", "--all", good, bad)
    bases = tuple(finished.stdout.decode().split())
    if bases == (bad,):
        raise InputError(
            f"the bad commit {bad[:12]} is an ancestor of the good one {good[:12]}; name them the other way round: the "
            "search finds what changed a figure in either direction"
        )
    if not bases:
        shallow = "the clone is shallow, get its history by `git fetch --unshallow`"
        remedy = shallow if repository.is_shallow else "name two commits of one history"
        raise InputError(f"good {good[:12]} and bad {bad[:12]} have no common ancestor; {remedy}")
    return bases


def read_graph(
    repository: Repository, goods: Sequence[str], bad: str, paths: Sequence[str], *, first_parent: bool = False
) -> Graph:
    """Return the commits from which the first bad one is to be found, given full hashes.

    ``paths`` are those of the measured code, '' for all of it: a commit that changes none of them cannot be the one.
    With ``first_parent`` a merge counts as one change, and the commits that it brings are not looked at. Raises
    InputError.
    """
    options = ("--first-parent",) if first_parent else ()
    ends = (bad, *(f"^{good}" for good in goods))
    lines = repository.read("rev-list", "--topo-order", "--reverse", "--parents", *options, *ends).decode().split("\n")
    found = [line.split() for line in lines if line]
    known = {commit for commit, *_ in found}
    followed = 1 if first_parent else None
    where = [f":(top,literal){path}" for path in paths if path] if all(paths) else []
    changing = repository.read("rev-list", "--full-history", *options, *ends, "--", *where).decode().split()
    return Graph(
        parents={commit: tuple(one for one in parents[:followed] if one in known) for commit, *parents in found},
        changing=frozenset(changing) & known,
    )


def content_of(repository: Repository, commit: str, paths: Sequence[str]) -> tuple[str, ...]:
    """Return the objects of ``paths`` in a commit: equal ones hold the same code."""
    if not all(paths):
        return (repository.tree(commit),)
    return tuple(entry.object for path in paths for entry in repository.entries(commit, path))
