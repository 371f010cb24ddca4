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
from dataclasses import dataclass, replace
from pathlib import Path

from bench.compliance.environment import ENVIRONMENT
from bench.declare.registry import locate
from bench.errors import InputError
from bench.harness.executor import Executor
from bench.harness.runner import StageOpener
from bench.harness.scratch import scratch_folder
from bench.harness.stage import Stage, open_stage
from bench.jobs.implementation import Implementation
from bench.messages.request import AnswerT, DescribeRequest, Request
from bench.revisions.archive import unpack
from bench.revisions.repository import Repository


@dataclass(frozen=True, kw_only=True)
class RevisionCode:
    """A RevisionCode is one implementation at one commit, ready to be imported from ``python_path``."""

    name: str
    """Its name in the results: ``streaming@main``."""
    location: str
    """``package.module:function``, importable from ``python_path``."""
    commit: str
    python_path: str

    @property
    def implementation(self) -> Implementation:
        """The same for a stage."""
        environment = replace(ENVIRONMENT, path=(self.python_path,))
        return Implementation(name=self.name, function=self.location, environment=environment)


@contextmanager
def checked_out(implementation: str, revision: str) -> Iterator[RevisionCode]:
    """Check the package of ``implementation`` out of ``revision`` into a temporary folder that lasts for the context.

    The user's index, working tree and branches are not touched. Raises InputError for an unknown implementation or
    revision, and where the package is in no git checkout or missing from that revision.
    """
    location = locate(implementation)
    package = _package_path(location.partition(":")[0].partition(".")[0], implementation)
    repository = Repository.containing(package)
    commit = repository.commit(revision)
    with scratch_folder() as scratch:
        tree = scratch / "tree"
        relative = package.relative_to(repository.root)
        if not repository.entries(commit, str(relative)):
            raise InputError(
                f"revision {revision!r} has no {relative}, where {implementation!r} is; name a revision that has it"
            )
        unpack(repository, commit, [str(relative)], tree)
        yield RevisionCode(
            name=f"{implementation}@{revision}",
            location=location,
            commit=commit,
            python_path=str((tree / relative).parent),
        )


def opener_with(code: RevisionCode) -> StageOpener:
    """Return an opener of stages on which ``code.name`` is an implementation like any other."""

    @contextmanager
    def opened(database_url: str | None, server_major: int) -> Iterator[Stage]:
        with open_stage(database_url, server_major) as stage:
            stage.executor = RevisionExecutor(stage.executor, code)
            stage.known[code.name] = code.implementation
            yield stage

    return opened


class RevisionExecutor:
    """Passes requests on to another executor, and says which commit's code could not be described."""

    def __init__(self, executor: Executor, code: RevisionCode) -> None:
        self._executor = executor
        self._code = code

    def run(self, request: Request[AnswerT], timeout_seconds: float) -> AnswerT:
        """See ``Executor.run``."""
        try:
            return self._executor.run(request, timeout_seconds)
        except InputError as error:
            if isinstance(request, DescribeRequest) and request.environment == self._code.implementation.environment:
                raise InputError(f"at commit {self._code.commit[:12]}: {error}") from error
            raise


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
