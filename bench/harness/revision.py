"""A revision's code: an implementation as of a commit, checked out into a temporary folder and measured from there.

Only the implementation's own top-level package (or module) is taken from the revision. The harness, the schema and
whatever else the package imports are today's, so that two revisions differ in nothing but the code under test.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.errors import InputError
from bench.harness.scratch import scratch_folder
from bench.jobs.implementation import Implementation
from bench.revisions.archive import unpack
from bench.revisions.repository import Repository


@contextmanager
def checked_out(implementation: Implementation, revision: str) -> Iterator[Implementation]:
    """Check the package of ``implementation`` out of ``revision`` into a temporary folder that lasts for the context.

    The user's index, working tree and branches are not touched. Raises InputError for an unknown implementation or
    revision, and where the package is in no git checkout or missing from that revision.
    """
    name = implementation.name
    package = _package_path(implementation.function.partition(":")[0].partition(".")[0], name)
    repository = Repository.containing(package)
    commit = repository.commit(revision)
    with scratch_folder() as scratch:
        tree = scratch / "tree"
        relative = package.relative_to(repository.root)
        if not repository.entries(commit, str(relative)):
            raise InputError(f"revision {revision!r} has no {relative}, where {name!r} is; name a revision that has it")
        unpack(repository, commit, [str(relative)], tree)
        environment = implementation.environment
        there = replace(environment, path=(str((tree / relative).parent), *environment.path))
        yield replace(implementation, name=f"{name}@{revision}", environment=there, revision=commit)


def _package_path(name: str, implementation: str) -> Path:
    """Return the folder or file of the top-level package ``name``, where a worker would find it, without importing."""
    if name == __name__.partition(".")[0]:
        raise InputError(
            f"implementation {implementation!r} is part of the harness, which is always taken from the working tree; "
            "name an implementation outside of it"
        )
    spec = importlib.util.find_spec(name) or importlib.machinery.PathFinder.find_spec(
        name, [*sys.path, str(Path.cwd())]
    )
    places = list(spec.submodule_search_locations or []) if spec else []
    if not places and spec and spec.has_location and spec.origin:
        places = [spec.origin]
    if not places:
        raise InputError(
            f"implementation {implementation!r}: no module {name!r}; run from its folder, or add that to PYTHONPATH"
        )
    return Path(places[0]).resolve()
