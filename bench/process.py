"""Processes: who is alive. Standard library only.

Linux is supported and tested. Elsewhere a start time is unknown, so that a process id alone identifies a process.
"""

from __future__ import annotations

import os
from pathlib import Path


def start_time(pid: int) -> int:
    """Return when ``pid`` started, in clock ticks since boot; 0 if that is unknown, because it is gone or not Linux.

    A process id is used again; together with the start time it identifies one process.
    """
    try:
        # The program's name, in parentheses, may itself hold blanks and parentheses.
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19])
    except (OSError, IndexError):
        return 0


def is_alive(pid: int, started: int) -> bool:
    """Whether the process ``pid`` that started at ``started`` (0: unknown) exists and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _state(pid) != b"Z" and started in {0, start_time(pid)}


def pid_namespace() -> int:
    """Return the number of this process's PID namespace, in which process ids are unique; 0 outside Linux."""
    try:
        return Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return 0


def boot_id() -> str:
    """Return what identifies this machine since it was started; ``unknown`` outside Linux."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"


def _state(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return b""
