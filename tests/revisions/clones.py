"""Repositories that tests of revisions make, and what of a clone must not change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.support.command import content
from tests.support.repository import git

CODE = {
    "pkg/__init__.py": "",
    "pkg/task.py": "VERSION = 1\n",
    "pkg/sub/more.py": "MORE = 1\n",
    "other/large.txt": "large\n",
    "single.py": "SINGLE = 1\n",
}


def make(folder: Path, files: Mapping[str, str] = CODE, *options: str) -> Path:
    """Make a repository with one commit of ``files``."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main", *options)
    commit(folder, files, "first")
    return folder


def commit(folder: Path, files: Mapping[str, str], message: str, *options: str) -> str:
    """Write ``files``, commit everything, and return the hash."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message, *options)
    return git(folder, "rev-parse", "HEAD").strip()


def partial_clone(source: Path, folder: Path) -> Path:
    """Clone ``source`` without the content of any file; they are fetched when they are read."""
    git(source, "config", "uploadpack.allowFilter", "true")
    git(source, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(folder.parent, "clone", "--quiet", "--filter=blob:none", "--no-checkout", source.as_uri(), folder.name)
    return folder


def missing(folder: Path) -> int:
    """How many objects a partial clone lacks."""
    listed = git(folder, "rev-list", "--objects", "--all", "--missing=print")
    return sum(line.startswith("?") for line in listed.splitlines())


def besides_objects(folder: Path) -> dict[str, bytes]:
    """Everything in a clone but its objects, which git itself adds to when it fetches."""
    return {name: held for name, held in content(folder).items() if "objects" not in Path(name).parts}


def files(folder: Path) -> dict[str, str]:
    """The files below ``folder`` with what they hold; of a link its target."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else path.read_text(errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
