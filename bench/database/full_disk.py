"""A server that ran out of room says so in its log, and its clients only see that it is gone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.errors import DatabaseError

_NO_ROOM = re.compile(rb"(?:PANIC|FATAL|ERROR):  (could not [^\n]*No space left on device)")

_TOO_LITTLE = 8_000_000
"""PostgreSQL extends its log of changes by files of 16 MB."""


@contextmanager
def naming_lack_of_room(log: Path, folder: Path) -> Iterator[None]:
    """Where the embedded server with logs in ``log`` and data in ``folder`` fails for lack of room, say so.

    Raises DatabaseError in the place of the one that names a symptom.
    """
    try:
        yield
    except DatabaseError as error:
        # The log is on the same disk, so the line may not have fit either.
        said = _lack_of_room(log) or ("no space is left" if _free_bytes(folder) < _TOO_LITTLE else "")
        if not said or said in str(error):
            raise
        place = "/dev/shm" if "shared memory" in said else str(folder)  # noqa: S108 - where PostgreSQL keeps it
        raise DatabaseError(
            f"the embedded server stopped: {said}; make room in {place}"
            + ("" if "shared memory" in said else ", or point TMPDIR at another directory")
        ) from error


def _free_bytes(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return _TOO_LITTLE


def _lack_of_room(log: Path) -> str:
    """Return the last message of that kind; '' if there is none."""
    found: list[bytes] = []
    with suppress(OSError):
        for path in sorted(log.iterdir(), key=lambda one: one.stat().st_mtime):
            found += _NO_ROOM.findall(path.read_bytes())
    return found[-1].decode(errors="replace") if found else ""
