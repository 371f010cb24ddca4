"""The supervisor: a process that makes a run's folders, starts the embedded server there, and removes both at the end.

``python -m bench.database.supervisor`` reads a plan, one line of JSON, from its standard input, which the parent keeps
open. It answers with one line of JSON: ``{"pid"}`` when the folders are there and the server accepts sessions, or
``{"error", "log"}``. It ends when the pipe does, which the parent's death closes, even by ``kill -9``. Standard library
only. If the supervisor itself is killed, the kernel stops the server (on Linux), and the parent removes the folders.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.database.run_folder import remove_run_folder, remove_stale
from bench.worker.process import signal_on_parent_death

START_SECONDS = 120
STOP_SECONDS = 20
_KILLED = {"error": "its supervisor process was killed", "log": ""}

Plan = Mapping[str, Any]
"""``directories`` to make; ``server``, None or what to start in the first of them; ``bases``, where this run's other
folders are; ``parent``, a process id."""


class ParentGoneError(Exception):
    """The parent died, or asked for the end."""


class StartError(Exception):
    """A program of the server failed."""


@contextlib.contextmanager
def supervised(plan: Plan) -> Iterator[Mapping[str, Any]]:
    """Have a supervisor carry out ``plan``, and yield its answer. Afterwards nothing of the plan is left."""
    supervisor = subprocess.Popen(
        # -P: the working directory must not become the first place to import from.
        [sys.executable, "-P", "-m", "bench.database.supervisor"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert supervisor.stdin is not None  # opened as pipes above
    assert supervisor.stdout is not None
    try:
        line = b""
        with contextlib.suppress(BrokenPipeError):
            supervisor.stdin.write(json.dumps(plan).encode() + b"\n")
            supervisor.stdin.flush()
            line = supervisor.stdout.readline()
        yield json.loads(line) if line.endswith(b"\n") else _KILLED
    finally:
        with contextlib.suppress(BrokenPipeError):
            supervisor.stdin.close()
        supervisor.wait()
        supervisor.stdout.close()
        for directory in plan["directories"]:
            remove_run_folder(Path(directory))


def main() -> None:
    """Carry out the plan, then wait for the parent's end."""
    # Ctrl-C and a closed terminal are the parent's to handle. Unlike SIG_IGN, exec does not pass a handler on.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        return
    plan = json.loads(line)
    children: list[subprocess.Popen[bytes]] = []
    try:
        report({"pid": start(plan, children)})
        while True:
            check_parent(plan, 0.5)
    except ParentGoneError:
        pass
    except (OSError, StartError, shutil.Error) as error:
        report({"error": str(error), "log": read_logs(plan)})
    finally:
        for child in children:
            stop(child)
        for directory in plan["directories"]:
            remove_run_folder(Path(directory))
        # The parent's other supervisor may have been killed with it.
        remove_stale(map(Path, plan["bases"]), plan["parent"])


def start(plan: Plan, children: list[subprocess.Popen[bytes]]) -> int | None:
    """Make the folders, and start the server if there is one; return its process id once it accepts sessions."""
    server = plan["server"]
    for directory in plan["directories"]:
        Path(directory).mkdir(0o700)
        if server and server["uid"] is not None:
            os.chown(directory, server["uid"], server["gid"])
    if server is None:
        return None
    copy_binaries(server, plan["directories"][0])
    initdb = run(plan, server["initdb"], children)
    while initdb.poll() is None:
        check_parent(plan, 0.02)
    if initdb.returncode:
        raise StartError("initdb failed")
    with Path(server["data"], "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(server["configuration"])
    postgres = run(plan, server["postgres"], children)
    deadline = time.monotonic() + START_SECONDS
    while not is_ready(Path(server["data"])):
        if postgres.poll() is not None:
            raise StartError("postgres ended at once")
        if time.monotonic() > deadline:
            raise StartError(f"postgres accepted no session within {START_SECONDS} s")
        check_parent(plan, 0.02)
    return postgres.pid


def copy_binaries(server: Mapping[str, Any], directory: str) -> None:
    """Copy the server's programs to where its user may run them, if they are not."""
    if server["copies"] and os.statvfs(directory).f_flag & os.ST_NOEXEC:
        raise StartError("its file system is mounted noexec, and the server's programs must be copied there")
    for source, target in server["copies"]:
        shutil.copytree(source, target, symlinks=True)
        # Whoever closed the directory may have closed the files as well.
        for path in (Path(target), *Path(target).rglob("*")):
            os.chown(path, server["uid"], server["gid"], follow_symlinks=False)


def run(plan: Plan, command: list[str], children: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Start one program of the server as the server's user, its output appended to the start log."""
    server = plan["server"]
    drop = {} if server["uid"] is None else {"user": server["uid"], "group": server["gid"], "extra_groups": []}
    with Path(server["start_log"]).open("ab") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=plan["directories"][0],
            env=server["environment"],
            start_new_session=True,
            preexec_fn=lambda: signal_on_parent_death(signal.SIGQUIT),
            **drop,
        )
    children.append(child)
    return child


def is_ready(data: Path) -> bool:
    """Whether the server's lock file says ``ready`` (its eighth line)."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False


def check_parent(plan: Plan, seconds: float) -> None:
    """Sleep up to ``seconds``; raise ParentGoneError as soon as the pipe ends or the parent is another process."""
    # A process that the parent forked may hold the pipe open after its death, so the parent is checked as well.
    if select.select([sys.stdin], [], [], seconds)[0] or os.getppid() != plan["parent"]:
        raise ParentGoneError


def stop(child: subprocess.Popen[bytes]) -> None:
    """End one program and its process group; at once, because none of the data is kept."""
    for number in (signal.SIGQUIT, signal.SIGKILL):
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(STOP_SECONDS)


def read_logs(plan: Plan) -> str:
    """Return the end of what the programs wrote: the start log, then the messages of the server's own log."""
    lines: list[str] = []
    server = plan["server"]
    if server is None:
        return ""
    with contextlib.suppress(OSError):
        lines += Path(server["start_log"]).read_text(errors="replace").splitlines()
    with contextlib.suppress(OSError, ValueError):
        for line in Path(server["server_log"]).read_text(errors="replace").splitlines():
            entry = json.loads(line)
            lines.append(f"{entry['error_severity']}: {entry.get('message', '')}")
    return "\n".join(lines[-200:])


def report(answer: Mapping[str, Any]) -> None:
    """Answer the parent; one that has died is noticed by the pipe's end."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
