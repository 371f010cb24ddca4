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
from typing import TypeVar, cast

import msgspec

from bench.declare.divergence import DeclaredDivergences
from bench.declare.registry import locate
from bench.declare.storage import DeclaredStorage
from bench.errors import InputError
from bench.harness.executor import Executor
from bench.harness.runner import StageOpener
from bench.harness.scratch import scratch_folder
from bench.harness.stage import Stage, open_stage
from bench.messages.answer import DescribeAnswer
from bench.messages.request import AnswerT, DescribeRequest, Request, SampleRequest
from bench.results.promises import DeclaredPromises
from bench.results.records import DeclaredLaws
from bench.revisions.archive import unpack
from bench.revisions.repository import Repository

DeclaredT = TypeVar("DeclaredT", DeclaredLaws, DeclaredPromises, DeclaredDivergences, DeclaredStorage)


@dataclass(frozen=True, kw_only=True)
class RevisionCode:
    """A RevisionCode is one implementation at one commit, ready to be imported from ``python_path``."""

    name: str
    """Its name in the results: ``streaming@main``."""
    location: str
    """``package.module:function``, importable from ``python_path``."""
    commit: str
    python_path: str


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
            yield stage

    return opened


class RevisionExecutor:
    """Passes requests on to another executor; those for ``code.name`` run the revision's code."""

    def __init__(self, executor: Executor, code: RevisionCode) -> None:
        self._executor = executor
        self._code = code

    def run(self, request: Request[AnswerT], timeout_seconds: float) -> AnswerT:
        """See ``Executor.run``."""
        code = self._code
        answer: msgspec.Struct
        if isinstance(request, SampleRequest) and request.implementation == code.name:
            there = msgspec.structs.replace(request, implementation=code.location, python_path=(code.python_path,))
            answer = self._executor.run(there, timeout_seconds)
        elif isinstance(request, DescribeRequest) and code.name in request.implementations:
            answer = self._describe(request, timeout_seconds)
        else:
            return self._executor.run(request, timeout_seconds)
        # The type checker loses what a request's class says of its answer where it narrows the class.
        return cast("AnswerT", answer)

    def _describe(self, request: DescribeRequest, timeout_seconds: float) -> DescribeAnswer:
        """Describe the revision's code in a separate process: a process can import only one package of a name."""
        code = self._code
        others = tuple(name for name in request.implementations if name != code.name)
        today = self._executor.run(DescribeRequest(implementations=others), timeout_seconds)
        there = DescribeRequest(implementations=(code.location,), python_path=(code.python_path,))
        try:
            described = self._executor.run(there, timeout_seconds)
        except InputError as error:
            raise InputError(f"at commit {code.commit[:12]}: {error}") from error
        return DescribeAnswer(
            laws=_merged(request, today.laws, described.laws, code.name),
            promises=_merged(request, today.promises, described.promises, code.name),
            divergences=_merged(request, today.divergences, described.divergences, code.name),
            storages=_merged(request, today.storages, described.storages, code.name),
        )


def _merged(
    request: DescribeRequest, today: tuple[DeclaredT, ...], of_revision: tuple[DeclaredT, ...], name: str
) -> tuple[DeclaredT, ...]:
    """Return both in the order of ``request``, the revision's under ``name``."""
    (its_own,) = of_revision
    declared: dict[str, DeclaredT] = {one.implementation: one for one in today}
    declared[name] = replace(its_own, implementation=name)
    return tuple(declared[one] for one in request.implementations)


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
