"""Run folders: temporary directories whose name says which process they belong to, so that no one outlives its run.

``bench-run-PID-START-NAMESPACE-RANDOM`` holds a run's files, ``bench-pg-…`` its embedded server, and
``bench-pg-…-socket`` the server's socket where the other path is too long. Whichever process of a run is left removes
its folders; if none is, the next run does. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from bench.database.shared_memory import remove_shared_memory
from bench.process import is_alive, pid_namespace, start_time

SHARED = Path("/tmp")  # noqa: S108 - the names below it are random, their mode is 0700
"""Where a socket goes whose path would be too long, and the server's data where TMPDIR is closed to its user."""

_NAME = re.compile(r"bench-(?:run|pg)-(\d+)-(\d+)-(\d+)-[0-9a-f]{12}(?:-socket)?")
_SERVER_PROGRAMS = {b"postgres\n", b"initdb\n"}
_PATIENCE_SECONDS = 10.0


def new_name(kind: Literal["run", "pg"]) -> str:
    """Return a new name for a folder of this process."""
    pid = os.getpid()
    return f"bench-{kind}-{pid}-{start_time(pid)}-{pid_namespace()}-{secrets.token_hex(6)}"


def temporary_base() -> Path:
    """Return TMPDIR, or the system's default without it. Raises OSError if it cannot be used, with the reason."""
    base = Path(os.environ.get("TMPDIR") or tempfile.gettempdir()).absolute()
    if not str(base).isprintable():
        raise OSError(f"TMPDIR={str(base)!a} holds control characters or bytes that are not UTF-8")
    return base


def remove_stale(bases: Iterable[Path], owner: int | None = None) -> None:
    """Remove the run folders directly below ``bases`` whose process is dead; only those of process ``owner`` if given.

    A folder of another PID namespace stays: from here its process cannot be seen.
    """
    for folder in [folder for base in dict.fromkeys(bases) for folder in _run_folders(base)]:
        found = _NAME.fullmatch(folder.name)
        assert found is not None  # _run_folders yields no other
        pid, started, namespace = map(int, found.groups())
        if owner in {None, pid} and namespace == pid_namespace() and not is_alive(pid, started):
            remove_run_folder(folder)


def remove_run_folder(folder: Path) -> None:
    """Kill the server's processes in ``folder``, free their shared memory, and remove it, if it is there."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    # Repeated, because a dying process may still start another or write into the folder.
    while folder.is_dir() and time.monotonic() < deadline:
        running = _server_processes(folder.resolve())
        for pid in running:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not running:
            remove_shared_memory(folder / "data")
            shutil.rmtree(folder, ignore_errors=True)
        if folder.is_dir():
            time.sleep(0.05)


def _run_folders(base: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError), os.scandir(base) as entries:
        for entry in entries:
            if not _NAME.fullmatch(entry.name) or not entry.is_dir(follow_symlinks=False):
                continue
            # Root may remove the folder of the user as whom it ran a server; nobody else removes another user's.
            if os.geteuid() in {0, entry.stat(follow_symlinks=False).st_uid}:
                yield Path(entry.path)


def _server_processes(folder: Path) -> list[int]:
    """Return the PostgreSQL processes whose working directory is ``folder`` or below it; none outside Linux."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            named = (process / "comm").read_bytes() in _SERVER_PROGRAMS
            if named and (process / "cwd").readlink().is_relative_to(folder):
                found.append(int(process.name))
    return found
