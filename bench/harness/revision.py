"""A revision's code: an implementation as it was at a commit, checked out beside the working tree and measured there.

Only the implementation's own top-level package (or module) is taken from the revision. The harness, the schema and
whatever else the package imports are today's, so that two revisions differ in nothing but the code under test.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from bench.declare.registry import locate
from bench.errors import InputError
from bench.harness.executor import Executor
from bench.harness.runner import StageOpener
from bench.harness.scratch import scratch_folder
from bench.harness.stage import Stage, open_stage
from bench.messages.request import Answer, DescribeRequest, Request, SampleRequest

_OF_A_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX")
"""Set where git itself runs this program, from a hook for example; here they would point git at another place."""


@dataclass(frozen=True, kw_only=True)
class RevisionCode:
    """A RevisionCode is one implementation at one commit, ready to be imported from ``python_path``."""

    name: str
    """What results call it: ``streaming@main``."""
    location: str
    """``package.module:function``, which the worker finds in ``python_path``."""
    commit: str
    python_path: str


@contextmanager
def checked_out(implementation: str, revision: str) -> Iterator[RevisionCode]:
    """Check ``implementation``'s package of ``revision`` out into a temporary folder, which goes with the context.

    The user's index, working tree and branches are not touched. Raises InputError for an unknown implementation or
    revision, and where the package is of no git checkout, or not in that revision.
    """
    location = locate(implementation)
    package = _package_path(location.partition(":")[0].partition(".")[0], implementation)
    root = _root_of(package)
    commit = _commit(root, revision)
    with scratch_folder() as scratch:
        tree = scratch / "tree"
        relative = package.relative_to(root)
        _extract(root, commit, relative, scratch / "index", tree)
        if not (tree / relative).exists():
            raise InputError(
                f"revision {revision!r} has no {relative}, where {implementation!r} is; name a revision that has it"
            )
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
    """Runs requests as the executor behind it does, those for ``code.name`` with the revision's code in the worker."""

    def __init__(self, executor: Executor, code: RevisionCode) -> None:
        self._executor = executor
        self._code = code

    def run(self, request: Request, timeout_seconds: float) -> Answer:
        """See ``Executor.run``."""
        code = self._code
        if isinstance(request, SampleRequest) and request.implementation == code.name:
            request = msgspec.structs.replace(request, implementation=code.location, python_path=(code.python_path,))
        if isinstance(request, DescribeRequest) and code.name in request.implementations:
            return self._describe(request, timeout_seconds)
        return self._executor.run(request, timeout_seconds)

    def _describe(self, request: DescribeRequest, timeout_seconds: float) -> Answer:
        """Describe the revision's code in a process of its own: one process imports one package of a name."""
        code = self._code
        others = tuple(name for name in request.implementations if name != code.name)
        today = self._executor.run(DescribeRequest(implementations=others), timeout_seconds)
        there = DescribeRequest(implementations=(code.location,), python_path=(code.python_path,))
        try:
            described = self._executor.run(there, timeout_seconds)
        except InputError as error:
            raise InputError(f"at commit {code.commit[:12]}: {error}") from error
        (of_revision,) = described.laws
        laws = {one.implementation: one for one in (*today.laws, replace(of_revision, implementation=code.name))}
        relations = (*today.relations, *(replace(one, implementation=code.name) for one in described.relations))
        return Answer(laws=tuple(laws[name] for name in request.implementations), relations=relations)


def _package_path(name: str, implementation: str) -> Path:
    """Return the folder or file of the top-level package ``name``, where a worker would find it, without importing."""
    if name == __name__.partition(".")[0]:
        raise InputError(
            f"implementation {implementation!r} is part of the harness, of which only today's measures; "
            "name an implementation in a package of its own"
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


def _root_of(package: Path) -> Path:
    """Return the root of the git checkout that ``package`` lies in. Raises InputError."""
    finished = _git(package.parent, "rev-parse", "--show-toplevel")
    if finished.returncode:
        raise InputError(
            f"{package.name} lies in no git checkout that can be read ({_said(finished)}); "
            "measure an implementation that does"
        )
    return Path(os.fsdecode(finished.stdout).rstrip("\n")).resolve()


def _commit(root: Path, revision: str) -> str:
    """Return the full hash of the commit called ``revision``. Raises InputError."""
    finished = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if finished.returncode:
        raise InputError(
            f"unknown revision {revision!r} in the checkout {root.name!r}; name a branch, tag or commit of it, "
            "and fetch it first where the clone is shallow"
        )
    return finished.stdout.decode().strip().rpartition("\n")[2]


def _extract(root: Path, commit: str, relative: Path, index: Path, tree: Path) -> None:
    """Write ``relative`` of ``commit`` below ``tree``, through an index of its own. Raises InputError.

    checkout-index runs no hook, and the repository gets to know of nothing.
    """
    environment = {"GIT_INDEX_FILE": str(index)}
    listed = b""
    for arguments in (
        ("read-tree", commit),
        ("ls-files", "-z", "--", f":(literal){relative.as_posix()}"),
        ("checkout-index", "-z", "--stdin", f"--prefix={tree}/"),
    ):
        finished = _git(root, *arguments, extra=environment, stdin=listed)
        if finished.returncode:
            raise InputError(f"git {arguments[0]} of {commit[:12]} failed: {_said(finished)}; see that git can read it")
        listed = finished.stdout


def _git(
    folder: Path, *arguments: str, extra: dict[str, str] | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    kept = {name: value for name, value in os.environ.items() if name not in _OF_A_REPOSITORY}
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            input=stdin,
            capture_output=True,
            env={**kept, **(extra or {})},
            check=False,
        )
    except OSError as error:
        raise InputError(f"git cannot be started: {error.strerror}; install it, or add its folder to PATH") from error


def _said(finished: subprocess.CompletedProcess[bytes]) -> str:
    return " ".join(finished.stderr.decode(errors="replace").split()) or f"exit code {finished.returncode}"
