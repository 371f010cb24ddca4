"""A project at a revision: which files its code needs, and the interpreter that its lock file asks for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from bench.errors import InputError
from bench.jobs.environment import WorkerEnvironment
from bench.project.description import CHECKOUT, CHECKOUT_VARIABLE, Project
from bench.results.bisection import Commit
from bench.revisions.code import RevisionError
from bench.revisions.lock import SHOWN_DIGITS, RevisionLock
from bench.revisions.repository import Repository
from bench.revisions.tables import committed_files, tables_hash, working_files


@dataclass(frozen=True)
class ProjectCode:
    """The ProjectCode of a project is the files of its clone that the description names, in its own environment.

    It is a ``bench.revisions.code.CodeSource``.
    """

    project: Project
    repository: Repository
    prefix: str
    """The folder of the clone that the description calls the checkout; '' for the whole clone."""

    @classmethod
    def of(cls, project: Project) -> ProjectCode:
        """Return the code source of ``project``. Raises InputError where it names no clone."""
        if project.checkout is None:
            raise InputError(
                f"{project.file}: project.checkout is missing, and revisions are taken from it; write the folder of "
                f"your clone there, or give it by --checkout or {CHECKOUT_VARIABLE}"
            )
        repository = Repository.containing(project.checkout)
        folder = project.checkout.resolve()
        inside = folder.relative_to(repository.root) if folder.is_relative_to(repository.root) else PurePosixPath()
        return cls(project, repository, "" if str(inside) == "." else str(inside))

    @property
    def name(self) -> str:
        """See ``CodeSource``."""
        return self.project.name

    @property
    def paths(self) -> tuple[str, ...]:
        """See ``CodeSource``: what the description calls code, else the folders of its path that are in the clone."""
        named = self.project.code or tuple(
            one.removeprefix(CHECKOUT).strip("/") for one in self.project.path if one.startswith(CHECKOUT)
        )
        return tuple(dict.fromkeys(self._in_clone(one) for one in named or ("",)))

    @property
    def deciding(self) -> tuple[str, ...]:
        """See ``CodeSource``: the lock file decides as well."""
        return (*self.paths, *([self._in_clone(self.project.lock)] if self.project.lock else ()))

    def environment(self, commit: Commit, folder: Path) -> WorkerEnvironment:
        """See ``CodeSource``. Raises RevisionError where no interpreter is named for the commit's lock file."""
        return self.project.environment(checkout=folder / self.prefix, interpreter=self.interpreter(commit))

    def tables(self, commit: Commit, environment: WorkerEnvironment) -> str:
        """See ``CodeSource``."""
        files = committed_files(self.repository, commit.hash, self.paths)
        return tables_hash(files, environment)

    def todays_tables(self) -> str:
        """Return what ``tables`` would be if the working tree were committed; '' for a clone without one."""
        if self.repository.is_bare:
            return ""
        return tables_hash(working_files(self.repository, self.paths), self.project.environment())

    def lock_sha256(self, commit: str) -> str:
        """Return the SHA-256 of the lock file at a commit; '' where the description names none or it has none."""
        content = self.repository.file(commit, self._in_clone(self.project.lock)) if self.project.lock else None
        return "" if content is None else hashlib.sha256(content).hexdigest()

    def interpreter(self, commit: Commit) -> str:
        """Return the interpreter for a commit: the one named for its lock file, or the project's for today's.

        Raises RevisionError where there is neither.
        """
        found = self.named_interpreter(commit.hash)
        if not found:
            lock, project = self.lock_sha256(commit.hash), self.project
            held = f"{project.lock} with the SHA-256 {lock}" if lock else f"no {project.lock}"
            remedy = (
                f'install the environment that it pins and write "{lock[:SHOWN_DIGITS]}" = "…/bin/python" below '
                "[interpreters]"
                if lock
                else "name a later revision, or leave out project.lock"
            )
            raise RevisionError(
                f"revision {commit.short} has {held}, and {project.file} names no interpreter for it; {remedy}; "
                f"`bench project locks {project.file} --revision {commit.short}` shows it"
            )
        if not Path(found).exists():
            raise RevisionError(
                f"revision {commit.short} needs the interpreter {found}, which does not exist; correct it below "
                f"[interpreters] in {self.project.file}, or install its environment there"
            )
        return found

    def named_interpreter(self, commit: str) -> str:
        """Return what the description names for the lock file of a commit; '' for nothing."""
        if not self.project.lock:
            return self.project.interpreter
        lock = self.lock_sha256(commit)
        named = self.project.interpreter_for(lock) if lock else ""
        return named or (self.project.interpreter if lock == self._todays_lock else "")

    @cached_property
    def _todays_lock(self) -> str:
        """The SHA-256 of the lock file in the clone's working tree, or at its HEAD where it has none; '' for none."""
        assert self.project.checkout is not None  # the clone is that of the checkout
        if not self.project.lock:
            return ""
        file = self.project.checkout / self.project.lock
        if file.is_file():
            return hashlib.sha256(file.read_bytes()).hexdigest()
        return self.lock_sha256(self.repository.commit("HEAD"))

    def _in_clone(self, path: str) -> str:
        """Return ``path``, relative to the checkout, relative to the clone's root."""
        inside = PurePosixPath(self.prefix) / path
        return "" if inside == PurePosixPath() else str(inside)


def lock_of(source: ProjectCode, revision: str) -> RevisionLock:
    """Return the lock file of ``revision``, and the interpreter that the description names. Raises InputError."""
    (commit,) = source.repository.describe([source.repository.commit(revision)])
    return RevisionLock(
        revision=revision,
        commit=commit,
        sha256=source.lock_sha256(commit.hash),
        interpreter=source.named_interpreter(commit.hash),
    )
