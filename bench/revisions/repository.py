"""A Repository: the user's clone, of which commits are read and nothing is written."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.errors import InputError
from bench.results.bisection import Commit
from bench.revisions.git import git, said


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An Entry is one path of a commit: its mode and type as git has them, and its object."""

    mode: str
    type: str
    object: str
    path: str


@dataclass(frozen=True)
class Repository:
    """A Repository is a clone with a work tree, one of its worktrees, or a bare one."""

    root: Path
    """The top of the work tree; of a bare clone the folder itself."""

    @classmethod
    def containing(cls, path: Path) -> Repository:
        """Return the clone that a folder or file is in. Raises InputError, with the remedy, where git can read none."""
        if not path.exists():
            raise InputError(f"{path} does not exist; name your clone")
        folder = path if path.is_dir() else path.parent
        bare = git(folder, "rev-parse", "--is-bare-repository", "--absolute-git-dir")
        if bare.returncode:
            raise _unreadable(path, bare)
        answer, _, git_folder = os.fsdecode(bare.stdout).removesuffix("\n").partition("\n")
        if answer == "true":
            return cls(Path(git_folder).resolve())
        top = git(folder, "rev-parse", "--show-toplevel")
        if top.returncode:
            raise _unreadable(path, top)
        return cls(Path(os.fsdecode(top.stdout).removesuffix("\n")).resolve())

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.root.name

    def commit(self, revision: str) -> str:
        """Return the full hash of the commit called ``revision``. Raises InputError."""
        finished = git(self.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if finished.returncode:
            raise InputError(
                f"unknown revision {revision!r} in the checkout {self.name!r}; name a branch, tag or commit of it, "
                f"and fetch it first{' (the clone is shallow)' if self.is_shallow else ' where the clone is shallow'}"
            )
        return finished.stdout.decode().strip().rpartition("\n")[2]

    def describe(self, commits: Sequence[str]) -> tuple[Commit, ...]:
        """Return what ``commits``, given as full hashes, are recognised by."""
        if not commits:
            return ()
        # Plumbing, which no setting of the user's changes.
        form = "--format=%H%x00%aI%x00%s"
        found = self.read("rev-list", "--no-walk=unsorted", "--encoding=UTF-8", form, "--stdin", stdin=commits)
        lines = [line for line in found.decode(errors="replace").split("\n") if "\0" in line]
        described = (line.split("\0", 2) for line in lines)
        return tuple(Commit(hash=name, author_date=date, subject=subject) for name, date, subject in described)

    def entries(self, commit: str, path: str, *, deep: bool = False) -> tuple[Entry, ...]:
        """Return the entry of ``path`` in ``commit``, with ``deep`` all files below it; for '' those of the root.

        Nothing if the commit has no such path.
        """
        options = ["-r"] if deep else []
        where = ["--", f":(top,literal){path}"] if path else []
        found = self.read("ls-tree", "-z", "--full-tree", *options, commit, *where)
        return tuple(_entry(line) for line in os.fsdecode(found).split("\0") if line)

    def tree(self, commit: str) -> str:
        """Return the object of the commit's root."""
        return self.read("rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()

    def file(self, commit: str, path: str) -> bytes | None:
        """Return the content of a file as committed; None if the commit has no such file. Raises InputError."""
        entries = [one for one in self.entries(commit, path) if one.type == "blob"]
        return self.read("cat-file", "blob", entries[0].object) if entries else None

    @property
    def is_bare(self) -> bool:
        """Whether the clone has no working tree."""
        return git(self.root, "rev-parse", "--is-bare-repository").stdout.strip() == b"true"

    @property
    def is_shallow(self) -> bool:
        """Whether the clone lacks the beginning of its history."""
        return git(self.root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    @property
    def is_partial(self) -> bool:
        """Whether the clone fetches files when they are read."""
        return git(self.root, "config", "--get-regexp", r"^remote\..*\.promisor$").returncode == 0

    def read(self, *arguments: str, stdin: Sequence[str] = ()) -> bytes:
        """Return what git prints; ``stdin`` are lines. Raises InputError where it fails."""
        finished = git(self.root, *arguments, stdin="".join(f"{line}\n" for line in stdin).encode())
        if finished.returncode:
            raise self.failed(arguments[0], finished)
        return finished.stdout

    def failed(self, command: str, finished: subprocess.CompletedProcess[bytes]) -> InputError:
        """Return the error for a git command that should have worked."""
        remedy = "check that git can read it"
        if self.is_partial:
            remedy = (
                "it is a partial clone, which fetches files when they are read: check that `git fetch` works there, "
                "or fetch everything by `git fetch --refetch --no-filter`"
            )
        return InputError(f"git {command} in {self.name!r} failed: {said(finished)}; {remedy}")


def _entry(line: str) -> Entry:
    described, _, path = line.partition("\t")
    mode, kind, name = described.split()
    return Entry(mode=mode, type=kind, object=name, path=path)


def _unreadable(path: Path, finished: subprocess.CompletedProcess[bytes]) -> InputError:
    reason = said(finished)
    if "dubious ownership" in reason:
        return InputError(
            f"{path} is in a git checkout of another user, which git refuses to read; run as its owner, or trust it "
            f"by `git config --global --add safe.directory {path}`"
        )
    return InputError(f"{path.name} is in no git checkout that can be read ({reason}); name a folder of your clone")
