"""What creates the tables of a Django project, as one hash: code with equal ones can share a migrated database."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from bench.jobs.environment import WorkerEnvironment
from bench.revisions.repository import Repository

MIGRATIONS = "migrations"
"""The name of the folder in which an app of Django has its migrations."""

CodeFile = tuple[str, str]
"""The object of a file's content, and its path in the clone."""


def tables_hash(files: Iterable[CodeFile], environment: WorkerEnvironment) -> str:
    """Return a SHA-256 over what decides which tables ``migrate`` makes, as far as the project's files show it.

    That are those of ``files`` in a folder of migrations or in that of the settings module, which lists the apps, and
    what the command is. Migrations of other packages are taken for equal: a new lock file would else put every revision
    on a database of its own. Code that a migration imports from elsewhere is not seen.
    """
    parts = [environment.settings, *environment.migrate, "", *environment.skipped_statements, ""]
    settings = _settings_places(environment.settings)
    parts += sorted(f"{path}\t{name}" for name, path in files if _decides(PurePosixPath(path), settings))
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()


def committed_files(repository: Repository, commit: str, paths: Sequence[str]) -> Iterator[CodeFile]:
    """Yield the files of ``paths`` at a commit."""
    for path in paths:
        yield from ((entry.object, entry.path) for entry in repository.entries(commit, path, deep=True))


def working_files(repository: Repository, paths: Sequence[str]) -> Iterator[CodeFile]:
    """Yield the files of ``paths`` in the working tree, new ones included, with the objects that they would become."""
    where = [f":(top,literal){path}" for path in paths if path] if all(paths) else []
    listed = repository.read("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *where)
    # A path with a line break cannot be handed over, and no migration of Django has one.
    found = [
        one for one in os.fsdecode(listed).split("\0") if one and "\n" not in one and (repository.root / one).is_file()
    ]
    objects = repository.read("hash-object", "--stdin-paths", stdin=found).decode().split()
    yield from zip(objects, found, strict=True)


def _decides(path: PurePosixPath, settings: Sequence[tuple[str, ...]]) -> bool:
    return MIGRATIONS in path.parent.parts or any(_below(path, place) for place in settings)


def _settings_places(module: str) -> tuple[tuple[str, ...], ...]:
    """Return the folders or files in which a settings module, and what it builds upon, can be, from any folder on."""
    parts = tuple(module.split(".")) if module else ()
    if len(parts) > 1:
        return (parts[:-1],)
    return ((f"{module}.py",), parts) if parts else ()


def _below(path: PurePosixPath, place: tuple[str, ...]) -> bool:
    """Whether ``place`` is among the folders of ``path``, or the file itself."""
    parts = path.parts
    return any(parts[start : start + len(place)] == place for start in range(len(parts) - len(place) + 1))
