"""Limits that kill: the kernel's control groups where this process may make one, else a supervisor in their place.

The order: a control group of version 2 in a folder that was delegated to this user; a scope that ``systemd-run`` makes;
else the watch, which sums PSS and sends SIGKILL to the process with the largest RSS, as the kernel would. Version 1
knows no delegation: whoever made the group that this process is in may rely on its content, so a group below it is made
only when it is asked for.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.errors import InputError
from bench.process import is_alive, start_time

Choice = Literal["auto", "cgroup", "cgroup-v1", "systemd", "supervisor"]
CHOICES: tuple[Choice, ...] = ("auto", "cgroup", "cgroup-v1", "systemd", "supervisor")
SUPERVISOR = "supervisor"

_GROUP = re.compile(r"bench-pool-(\d+)-(\d+)-[0-9a-f]{12}")
_SYSTEMD_SECONDS = 10.0
_GONE_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A Limit is what a pool's memory may not exceed together, and who sees to it."""

    bytes: int
    by: str
    """As reports name it."""
    groups: tuple[str, ...] = ()
    """Files by which the pool enters its control group."""
    prefix: tuple[str, ...] = ()
    """The command that the worker is started by."""

    @property
    def enforced_by_watch(self) -> bool:
        """Whether the watch has to kill."""
        return self.by == SUPERVISOR


@contextlib.contextmanager
def opened_limit(size: int, choice: Choice) -> Iterator[Limit]:
    """Yield the limit of ``size`` bytes that ``choice`` names, or the best that this machine allows.

    Its control group is gone afterwards. Raises InputError where what was asked for is not to be had.
    """
    if choice in {"auto", "cgroup"}:
        folder = delegated_folder()
        if folder is not None:
            with _group(folder, {"memory.max": str(size), "memory.swap.max": "0"}) as group:
                yield Limit(bytes=size, by="cgroup v2", groups=(str(group / "cgroup.procs"),))
            return
        if choice == "cgroup":
            raise InputError(
                "--limit-by cgroup: no control group of version 2 with a memory controller was delegated to this user; "
                "start bench by systemd-run --user --scope -p Delegate=yes, or choose supervisor"
            )
    if choice in {"auto", "systemd"}:
        prefix = _systemd_prefix(size)
        if prefix is not None:
            yield Limit(bytes=size, by="systemd scope", prefix=prefix)
            return
        if choice == "systemd":
            raise InputError("--limit-by systemd: systemd-run makes no scope here; choose supervisor")
    if choice == "cgroup-v1":
        folder = _own_folder("memory")
        if folder is None or not os.access(folder, os.W_OK):
            raise InputError("--limit-by cgroup-v1: its memory hierarchy is not there or not writable; choose another")
        values = {"memory.limit_in_bytes": str(size), "memory.memsw.limit_in_bytes": str(size)}
        with _group(folder, values) as group:
            yield Limit(bytes=size, by="cgroup v1", groups=(str(group / "cgroup.procs"),))
        return
    yield Limit(bytes=size, by=SUPERVISOR)


def delegated_folder(own: Path | None = None) -> Path | None:
    """Return the folder of a control group of version 2 in which this user may make groups with a memory limit.

    That is the group of this process (``own``) or the one above it, where it passes the memory controller on, and was
    given to this user. A group that root finds writable was not given to anybody unless systemd marked it so.
    """
    own = own or _own_folder("")
    for folder in (own, own.parent) if own is not None else ():
        try:
            controllers = (folder / "cgroup.subtree_control").read_text(encoding="ascii").split()
            mine = folder.stat().st_uid == os.geteuid()
        except OSError:
            continue
        writable = os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)
        if "memory" in controllers and mine and writable and (os.geteuid() or _is_marked(folder)):
            return folder
    return None


def _is_marked(folder: Path) -> bool:
    for name in ("user.delegate", "trusted.delegate"):
        with contextlib.suppress(OSError):
            if os.getxattr(folder, name) == b"1":
                return True
    return False


def _own_folder(controller: str) -> Path | None:
    """The folder of the control group that this process is in: of version 2 for '', else of version 1."""
    try:
        groups = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    path = next((part[2] for line in groups if controller in (part := line.split(":", 2))[1].split(",")), None)
    kind = "cgroup" if controller else "cgroup2"
    for line in mounts if path is not None else ():
        fields, _, rest = line.partition(" - ")
        filesystem, _, options = rest.split(" ", 2)
        if filesystem == kind and (not controller or controller in options.split()[-1].split(",")):
            root, place = fields.split()[3:5]
            assert path is not None  # the loop runs over nothing otherwise
            below = path if root == "/" else path.removeprefix(root)
            folder = Path(place + below)
            return folder if folder.is_dir() else None
    return None


@contextlib.contextmanager
def _group(folder: Path, values: Mapping[str, str]) -> Iterator[Path]:
    """Make a control group in ``folder`` with ``values``; a missing file of a value (no swap) is left out."""
    _remove_stale(folder)
    pid = os.getpid()
    group = folder / f"bench-pool-{pid}-{start_time(pid)}-{secrets.token_hex(6)}"
    try:
        group.mkdir()
        for name, value in values.items():
            if (group / name).exists():
                (group / name).write_text(value, encoding="ascii")
    except OSError as error:
        _remove(group)
        raise InputError(f"no control group can be made in {folder}: {error.strerror}; choose supervisor") from error
    try:
        yield group
    finally:
        deadline = time.monotonic() + _GONE_SECONDS
        while not _remove(group) and time.monotonic() < deadline:
            time.sleep(0.02)


def _remove_stale(folder: Path) -> None:
    """Remove the groups of runs that were killed."""
    for path in folder.glob("bench-pool-*"):
        found = _GROUP.fullmatch(path.name)
        if found and not is_alive(int(found[1]), int(found[2])):
            _remove(path)


def _remove(group: Path) -> bool:
    try:
        group.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _systemd_prefix(size: int) -> tuple[str, ...] | None:
    """The command that starts another one in a scope with a memory limit; None where that does not work."""
    program = shutil.which("systemd-run")
    if program is None:
        return None
    whose = ("--user",) if os.geteuid() else ()
    prefix = (
        *(program, *whose, "--scope", "--quiet", "--collect"),
        *("-p", f"MemoryMax={size}", "-p", "MemorySwapMax=0", "--"),
    )
    try:
        tried = subprocess.run([*prefix, "true"], capture_output=True, timeout=_SYSTEMD_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return prefix if tried.returncode == 0 else None
