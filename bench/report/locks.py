"""The lines of ``bench project locks``: each revision with its lock file and its interpreter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.revisions.lock import SHOWN_DIGITS, RevisionLock
from bench.words import plain, shorten

_SUBJECT_WIDTH = 60
_DATE = len("2026-01-02")


def render_locks(locks: Sequence[RevisionLock], file: str) -> str:
    """Return one block for each of ``locks``, and what to write for those without an interpreter."""
    lines = [line for one in locks for line in _lines(one, file)]
    missing = dict.fromkeys(one.sha256[:SHOWN_DIGITS] for one in locks if one.sha256 and not one.interpreter)
    if missing:
        lines += ["", "Write the interpreter of each environment into the description:", "", "[interpreters]"]
        lines += [f'"{start}" = "…/bin/python"' for start in missing]
    return "\n".join(lines) + "\n"


def _lines(one: RevisionLock, file: str) -> Iterator[str]:
    commit = one.commit
    subject = shorten(plain(commit.subject), _SUBJECT_WIDTH)
    yield f"{plain(one.revision)}: {commit.short} ({commit.author_date[:_DATE]}) {subject}".rstrip()
    if file:
        yield f"  {plain(file)}: {f'SHA-256 {one.sha256}' if one.sha256 else 'not there'}"
    yield f"  interpreter: {plain(one.interpreter) or 'none is named'}"
