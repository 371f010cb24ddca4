"""Archives: the files of a commit, written into a folder by ``git archive``.

The clone's attributes are honoured as ``git archive`` does, with those that the archived folder itself holds: what is
marked ``export-ignore`` there is left out, and a warning says so. Submodules stay empty folders and files of git-lfs
stay pointers, with a warning each: nothing but what git itself fetches for a partial clone reaches the clone.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from bench.errors import InputError
from bench.revisions.git import git
from bench.revisions.repository import Entry, Repository
from bench.words import counted, plain

FETCH_SECONDS = 900.0
"""The timeout of an archive: a partial clone may have to fetch all of it."""
_POINTER = b"version https://git-lfs.github.com/spec/"
_MOST_NAMED = 3


def unpack(repository: Repository, commit: str, paths: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Write ``paths`` of ``commit``, a full hash, below ``folder``; return warnings about what is not as committed.

    Paths are relative to the root of the clone; ``""`` is all of it. ``folder`` is made and must be empty. Raises
    InputError where the commit has no such path or git cannot read it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    warnings: list[str] = []
    for path in _outermost(paths):
        entry = _entry(repository, commit, path)
        if entry.type == "blob":
            content = BytesIO(repository.read("cat-file", "blob", entry.object))
            _write(folder / path, content, executable=entry.mode == "100755")
        else:
            warnings += _unpack_tree(repository, commit, entry, folder)
    return tuple(f"{commit[:12]}: {one}" for one in warnings)


def _outermost(paths: Sequence[str]) -> tuple[str, ...]:
    """Return ``paths`` without those inside of another one, normalised."""
    clean = sorted({"" if PurePosixPath(one) == PurePosixPath() else str(PurePosixPath(one)) for one in paths})
    for one in clean:
        if one.startswith("/") or ".." in PurePosixPath(one).parts:
            raise InputError(f"the path {one!r} is not inside of the clone; name one relative to its root")
    return tuple(one for one in clean if not any(_inside(one, other) for other in clean if other != one))


def _inside(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _entry(repository: Repository, commit: str, path: str) -> Entry:
    if not path:
        return Entry(mode="040000", type="tree", object=repository.tree(commit), path="")
    entries = repository.entries(commit, path)
    if not entries:
        raise InputError(f"revision {commit[:12]} has no {plain(path)}; name a revision that has it")
    kinds = {"120000": "a symbolic link", "160000": "a submodule"}
    if entries[0].mode in kinds:
        raise InputError(
            f"{plain(path)} is {kinds[entries[0].mode]} in revision {commit[:12]}; name the folder with the files"
        )
    return entries[0]


def _unpack_tree(repository: Repository, commit: str, entry: Entry, folder: Path) -> Iterator[str]:
    """Write the files of a tree below ``folder``; yield warnings."""
    # The tree and not the commit with a path: for that git fetches all files of a partial clone's commit.
    prefix = f"{entry.path}/" if entry.path else ""
    with tempfile.TemporaryFile(dir=folder) as archive:
        finished = git(
            repository.root,
            "archive",
            "--format=tar",
            f"--prefix={prefix}",
            entry.object,
            output=archive,
            timeout_seconds=FETCH_SECONDS,
        )
        if finished.returncode:
            raise repository.failed(f"archive of {commit[:12]}", finished)
        archive.seek(0)
        with tarfile.open(fileobj=archive, mode="r:") as tar:
            written, pointers, outside = extract(tar, folder)
    committed = repository.entries(commit, entry.path, deep=True)
    modules = [one.path for one in committed if one.type == "commit"]
    ignored = [one.path for one in committed if one.type == "blob" and one.path not in written | set(outside)]
    for paths, what in (
        (ignored, "left out because .gitattributes marks them export-ignore"),
        (pointers, "pointers of git-lfs, whose content is not there"),
        (outside, "symbolic links that lead out of the clone, and are left out"),
    ):
        if paths:
            yield f"{counted(len(paths), 'file')} {'is' if len(paths) == 1 else 'are'} {what}: {_named(paths)}"
    if modules:
        yield f"{counted(len(modules), 'submodule')} left empty: {_named(modules)}"


def extract(tar: tarfile.TarFile, folder: Path) -> tuple[set[str], list[str], list[str]]:
    """Write an archive's files below ``folder``, then its symbolic links, so that nothing is written through a link.

    Returns the paths that were written, those of them that are pointers of git-lfs, and links that lead outside, which
    are not written. Raises InputError for what git writes into no archive.
    """
    written: set[str] = set()
    pointers: list[str] = []
    outside: list[str] = []
    links: list[tarfile.TarInfo] = []
    for member in tar:
        if member.issym():
            links.append(member)
        elif member.isdir():
            _inner(folder, member.name).mkdir(parents=True, exist_ok=True)
        elif member.isreg():
            file = tar.extractfile(member)
            assert file is not None  # a regular member has content
            beginning = file.read(len(_POINTER))
            file.seek(0)
            _write(_inner(folder, member.name), file, executable=bool(member.mode & 0o100))
            written.add(member.name)
            if beginning == _POINTER:
                pointers.append(member.name)
        else:
            raise InputError(f"{plain(member.name)} is neither a file nor a folder nor a link; the clone is damaged")
    for member in links:
        path = _inner(folder, member.name)
        target = os.path.normpath(PurePosixPath(member.name).parent / member.linkname)
        if PurePosixPath(member.linkname).is_absolute() or PurePosixPath(target).parts[:1] == ("..",):
            outside.append(member.name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(member.linkname)
            written.add(member.name)
    return written, pointers, outside


def _inner(folder: Path, name: str) -> Path:
    """Return the path of a member below ``folder``. Raises InputError for one outside, as in a crafted tree."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts:
        raise InputError(f"the clone has a file named {name!r}, which lies outside of it; do not use that clone")
    return folder.joinpath(*parts)


def _write(path: Path, content: IO[bytes], *, executable: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        shutil.copyfileobj(content, file)
    path.chmod(0o755 if executable else 0o644)


def _named(paths: Sequence[str]) -> str:
    shown = ", ".join(plain(path) for path in paths[:_MOST_NAMED])
    return f"{shown}, …" if len(paths) > _MOST_NAMED else shown
