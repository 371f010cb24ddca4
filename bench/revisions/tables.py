"""What creates the tables of a Django project at a commit, as one hash: equal ones can share a migrated database."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import PurePosixPath

from bench.jobs.environment import WorkerEnvironment
from bench.revisions.repository import Repository

MIGRATIONS = "migrations"
"""The name of the folder in which an app of Django has its migrations."""


def tables_hash(
    repository: Repository, commit: str, paths: Sequence[str], environment: WorkerEnvironment, lock: str = ""
) -> str:
    """Return a SHA-256 over all that decides which tables ``migrate`` makes, as far as files show it.

    That are the folders of migrations below ``paths``, the folder of the settings module, which lists the apps, the
    interpreter with the SHA-256 of its lock file, which stand for migrations of other packages, and what the command
    is. Code that a migration imports from elsewhere is not seen.
    """
    parts = [environment.interpreter, lock, environment.settings]
    parts += [*environment.migrate, "", *environment.skipped_statements, ""]
    settings = _settings_places(environment.settings)
    for path in paths:
        for entry in repository.entries(commit, path, deep=True):
            where = PurePosixPath(entry.path)
            if MIGRATIONS in where.parent.parts or any(_below(where, place) for place in settings):
                parts.append(f"{entry.object} {entry.path}")
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()


def _settings_places(module: str) -> tuple[tuple[str, ...], ...]:
    """Return the endings of the folders or files in which a settings module, or what it builds upon, can be."""
    parts = tuple(module.split(".")) if module else ()
    if len(parts) > 1:
        return (parts[:-1],)
    return ((f"{module}.py",), parts) if parts else ()


def _below(path: PurePosixPath, place: tuple[str, ...]) -> bool:
    """Whether ``place`` is one of the folders of ``path``, or the file itself, wherever it begins."""
    parts = path.parts
    return any(parts[start : start + len(place)] == place for start in range(len(parts) - len(place) + 1))
