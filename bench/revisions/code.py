"""The code of revisions: written into scratch folders, and the environments in which workers import it from there."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from bench.errors import InputError
from bench.jobs.environment import WorkerEnvironment
from bench.jobs.implementation import Implementation
from bench.results.bisection import Commit
from bench.revisions.archive import unpack
from bench.revisions.repository import Repository
from bench.words import plain


class RevisionError(InputError):
    """A commit whose code cannot be run: a search skips it."""


class RevisionlessError(InputError):
    """An implementation that is always taken from the working tree."""


@dataclass(frozen=True, kw_only=True)
class RevisionCode:
    """A RevisionCode is the code of one commit, ready to be imported in ``environment``."""

    commit: Commit
    environment: WorkerEnvironment
    tables: str = ""
    """What creates its tables: code with equal ones can use one database. '' for the job's own tables."""
    project: str = ""
    """The project that it is part of, as reports name it; '' for none."""
    warnings: tuple[str, ...] = ()

    def implementation(self, name: str, function: str) -> Implementation:
        """Return the implementation that is ``function`` of this code."""
        return Implementation(
            name=name,
            function=function,
            environment=self.environment,
            project=self.project,
            revision=self.commit.hash,
            tables=self.tables,
        )


class CodeSource(Protocol):
    """A CodeSource knows where the code of commits is, and in which environment it runs."""

    @property
    def name(self) -> str:
        """The project's, as reports name it; '' for none."""
        ...

    @property
    def repository(self) -> Repository:
        """The user's clone."""
        ...

    @property
    def paths(self) -> tuple[str, ...]:
        """What is taken of a commit, relative to its root; '' is all of it."""
        ...

    @property
    def deciding(self) -> tuple[str, ...]:
        """The paths that decide how a commit runs: two commits in which they are equal are the same code."""
        ...

    def environment(self, commit: Commit, folder: Path) -> WorkerEnvironment:
        """Return the environment of the code of ``commit``, which is below ``folder``. Raises RevisionError."""
        ...

    def tables(self, commit: Commit, environment: WorkerEnvironment) -> str:
        """Return what ``RevisionCode.tables`` is."""
        ...


@dataclass(frozen=True, kw_only=True)
class PackageCode:
    """The PackageCode of implementations is their top-level packages or modules, and nothing else of the commit.

    The harness, the schema and whatever else the package imports are today's, so that two revisions differ in nothing
    but the code under test.
    """

    repository: Repository
    paths: tuple[str, ...]
    """The folder or file of each package, relative to the clone's root."""
    base: WorkerEnvironment
    """That of the implementations today."""
    name: str = ""
    """See ``CodeSource``: that of no project."""

    @classmethod
    def of(cls, *implementations: Implementation) -> PackageCode:
        """Return the code source of ``implementations``, which have one environment.

        Raises InputError where one is in no git checkout, or they are in different ones.
        """
        places = {one.name: _package_path(one) for one in implementations}
        repositories = {name: Repository.containing(path) for name, path in places.items()}
        first, *others = repositories
        for name in others:
            if repositories[name] != repositories[first]:
                raise InputError(
                    f"{first!r} and {name!r} are in different git checkouts; measure revisions of one at a time"
                )
        root = repositories[first].root
        return cls(
            repository=repositories[first],
            paths=tuple(dict.fromkeys(str(path.relative_to(root)) for path in places.values())),
            base=implementations[0].environment,
        )

    @classmethod
    def in_clone(cls, repository: Repository, *implementations: Implementation) -> PackageCode:
        """Return the code source of ``implementations`` in ``repository``, from which they need not be installed.

        A package that is not imported from there is looked for at its root and in ``src``, at its HEAD. Raises
        InputError where it has none.
        """
        return cls(
            repository=repository,
            paths=tuple(dict.fromkeys(_path_in(repository, one) for one in implementations)),
            base=implementations[0].environment,
        )

    @property
    def deciding(self) -> tuple[str, ...]:
        """See ``CodeSource``."""
        return self.paths

    def environment(self, commit: Commit, folder: Path) -> WorkerEnvironment:
        """See ``CodeSource``."""
        del commit  # its code runs in today's environment
        parents = dict.fromkeys(str((folder / path).parent) for path in self.paths)
        return replace(self.base, path=(*parents, *self.base.path))

    def tables(self, commit: Commit, environment: WorkerEnvironment) -> str:
        """See ``CodeSource``: the tables are the job's, today's."""
        del commit, environment
        return ""


class Checkouts:
    """The Checkouts of a command are the commits whose code it has written into its scratch folder, each once."""

    def __init__(self, source: CodeSource, scratch: Path) -> None:
        self.source = source
        self._scratch = scratch
        self._found: dict[str, RevisionCode] = {}

    def commit(self, revision: str) -> Commit:
        """Return the commit called ``revision``. Raises InputError."""
        repository = self.source.repository
        return repository.describe([repository.commit(revision)])[0]

    def code(self, commit: Commit) -> RevisionCode:
        """Return the code of ``commit``. Raises RevisionError where it cannot be run, and InputError."""
        if commit.hash not in self._found:
            self._found[commit.hash] = self._written(commit)
        return self._found[commit.hash]

    def _written(self, commit: Commit) -> RevisionCode:
        source, folder = self.source, self._scratch / commit.hash
        for path in source.paths:
            if path and not source.repository.entries(commit.hash, path):
                raise RevisionError(
                    f"revision {commit.short} has no {plain(path)}, which the measured code needs; name a revision "
                    "that has it"
                )
        environment = source.environment(commit, folder)  # before the files: a missing interpreter takes no time to see
        warnings = unpack(source.repository, commit.hash, source.paths, folder)
        tables = source.tables(commit, environment)
        return RevisionCode(
            commit=commit, environment=environment, tables=tables, project=source.name, warnings=warnings
        )


@contextmanager
def open_checkouts(source: CodeSource, scratch: Path) -> Iterator[Checkouts]:
    """Keep the code of revisions in a folder of ``scratch`` for the context."""
    with TemporaryDirectory(prefix="revisions-", dir=scratch) as folder:
        yield Checkouts(source, Path(folder))


def _path_in(repository: Repository, implementation: Implementation) -> str:
    """Return the path of an implementation's top-level package in a clone. Raises InputError."""
    try:
        place = _package_path(implementation)
    except RevisionlessError:
        raise
    except InputError:
        place = None  # it is in the clone alone
    if place is not None and place.is_relative_to(repository.root):
        return str(place.relative_to(repository.root))
    name = implementation.function.partition(":")[0].partition(".")[0]
    head = repository.commit("HEAD")
    for path in (name, f"{name}.py", f"src/{name}", f"src/{name}.py"):
        if repository.entries(head, path):
            return path
    raise InputError(
        f"the clone {repository.name!r} has no {name}, of which {implementation.name!r} is part; name the clone of the "
        "repository that has it by --repository"
    )


def _package_path(implementation: Implementation) -> Path:
    """Return the folder or file of an implementation's top-level package, where a worker would find it, unimported."""
    name = implementation.function.partition(":")[0].partition(".")[0]
    if name == __name__.partition(".")[0]:
        raise RevisionlessError(
            f"implementation {implementation.name!r} is part of the harness, which is always taken from the working "
            "tree; name an implementation outside of it"
        )
    found = importlib.machinery.PathFinder.find_spec(name, [*implementation.environment.path])
    spec = found or importlib.util.find_spec(name)
    spec = spec or importlib.machinery.PathFinder.find_spec(name, [*sys.path, str(Path.cwd())])
    places = list(spec.submodule_search_locations or []) if spec else []
    if not places and spec and spec.has_location and spec.origin:
        places = [spec.origin]
    if not places:
        raise InputError(
            f"implementation {implementation.name!r}: no module {name!r}; run from its folder, or add that to "
            "PYTHONPATH"
        )
    return Path(places[0]).resolve()
