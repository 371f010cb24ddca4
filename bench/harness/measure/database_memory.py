"""Peak memory of the server's backends, watched by a separate process, which polls more evenly than a thread."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from bench.database import server_process

ABSENT = "no backend memory"
_GRACE_SECONDS = 10.0


@dataclass
class BackendWatch:
    """A BackendWatch is the peak memory of a database's backends while a block ran; None until the block has ended."""

    peak_bytes: int | None = None
    """Largest private memory of one backend, in bytes, without parallel workers; None if it is unknown."""
    warning: str | None = None
    """Why it is unknown."""


@contextmanager
def watch_backends(postmaster: int, database: str) -> Iterator[BackendWatch]:
    """Watch the backends of ``database`` while the block runs, every 10 ms."""
    watch = BackendWatch()
    poller = subprocess.Popen(
        [sys.executable, "-I", "-S", server_process.__file__, str(postmaster), database],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert poller.stdout is not None  # opened as a pipe above
        poller.stdout.readline()
        yield watch
        answer = ""
        with suppress(subprocess.TimeoutExpired):
            answer, _ = poller.communicate("stop\n", timeout=_GRACE_SECONDS)
    finally:
        poller.kill()
        poller.communicate()
    if poller.returncode or not answer.strip():
        watch.warning = f"{ABSENT}: its poller ended early, or could not read /proc; the log may say why"
    elif not int(answer):
        watch.warning = f"{ABSENT}: no backend of the database was seen in /proc"
    else:
        watch.peak_bytes = int(answer)
