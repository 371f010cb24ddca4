"""The lock file of a revision: what its environment is installed from."""

from __future__ import annotations

from dataclasses import dataclass

from bench.results.bisection import Commit

SHOWN_DIGITS = 12
"""Of a lock file's SHA-256; a description takes any beginning of at least 8."""


@dataclass(frozen=True, kw_only=True)
class RevisionLock:
    """A RevisionLock is a revision as typed, the SHA-256 of its lock file, and the interpreter named for that."""

    revision: str
    commit: Commit
    sha256: str
    """'' where it has none, or the project names none."""
    interpreter: str
    """'' where none is named."""
