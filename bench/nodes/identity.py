"""The identity of code: digests of files, the same on two machines exactly where they would measure the same code."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import bench
from bench.errors import InputError
from bench.files.input_file import path_text
from bench.harness.code import package_of
from bench.jobs.implementation import Implementation
from bench.jobs.job import Job
from bench.nodes.messages import CodeIdentity
from bench.worker.source import DIGITS, source_fingerprint

_SHOWN = 8
_PATHS = ("FILE", "FOLDER", "PATH")
"""What options show that name one."""


def code_identity(implementations: Iterable[Implementation]) -> CodeIdentity:
    """Return the identity of this suite and of ``implementations`` as they lie on this machine now."""
    return CodeIdentity(
        version=bench.__version__,
        suite=_folder_digest(Path(bench.__file__).parent),
        implementations={one.name: _digest_of(one) for one in implementations},
    )


def code_differences(wanted: CodeIdentity, here: CodeIdentity) -> Iterator[str]:
    """Yield in words what is other code here than what is wanted."""
    if wanted.suite != here.suite or wanted.version != here.version:
        yield (
            f"bench {wanted.version} ({wanted.suite[:_SHOWN]}) is wanted, and bench {here.version} "
            f"({here.suite[:_SHOWN]}) is here"
        )
    for name, digest in wanted.implementations.items():
        own = here.implementations.get(name, "")
        if own != digest:
            yield f"the code of {name!r} is {own[:_SHOWN] or 'not found'} here, and {digest[:_SHOWN]} is wanted"


def data_files(job: Job, file: Path | None, options: Mapping[str, str]) -> dict[str, str]:
    """Return by path the digest of each file that data are made from: nodes need the same ones.

    Raises InputError for one that cannot be read.
    """
    paths = [*([file] if file is not None else []), *option_files(job, options).values()]
    return {str(path.absolute()): file_digest(path) for path in paths if not path.is_dir()}


def option_files(job: Job, options: Mapping[str, str]) -> dict[str, Path]:
    """Return by option the files and folders that ``options`` name."""
    named = {one.name: Path(options[one.name]) for one in job.options if one.name in options and one.metavar in _PATHS}
    return {name: path for name, path in named.items() if path.exists()}


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file. Raises InputError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {path_text(path)}: {error.strerror}; check the path") from error


def _digest_of(implementation: Implementation) -> str:
    """The digest of what an implementation consists of; '' where its files are not found."""
    if folders := [Path(one) for one in implementation.environment.path if Path(one).is_dir()]:
        # A project's code imports what it likes of what lies there.
        return hashlib.sha256("".join(map(_folder_digest, folders)).encode()).hexdigest()[:DIGITS]
    if found := source_fingerprint(implementation.function.partition(":")[0]):
        return found
    place = package_of(implementation)
    if place is None:
        return ""
    return _folder_digest(place) if place.is_dir() else file_digest(place)[:DIGITS]


def _folder_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            content = path.read_bytes()
            digest.update(f"{name} {len(content)}\n".encode(errors="surrogateescape") + content)
    return digest.hexdigest()[:DIGITS]
