"""The watcher: a process that starts the embedded server and ends it, with every trace, when its parent is gone.

It is run as a file by ``python -I -S``, so that it needs nothing but the standard library. The parent writes a plan,
one line of JSON, to its standard input and keeps that pipe open; the watcher answers with one line of JSON: ``{"pid"}``
when the server accepts sessions, or ``{"error", "log"}``. The pipe's end, which comes with the parent's end even by
``kill -9``, is the sign to stop the server and to remove its directories. Linux only.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
START_SECONDS = 120
STOP_SECONDS = 20


class ParentGoneError(Exception):
    """The parent ended, or asked for the end."""


class StartError(Exception):
    """A program of the server failed."""


def main() -> None:
    """Follow the plan, then watch the parent."""
    # Ctrl-C and a closed terminal are the parent's matter. A handler, unlike SIG_IGN, is not passed on by exec.
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
    except (OSError, StartError) as error:
        report({"error": str(error), "log": read_logs(plan)})
    finally:
        for child in children:
            stop(child)
        for directory in plan["directories"]:
            remove(Path(directory))


def start(plan: dict[str, Any], children: list[subprocess.Popen[bytes]]) -> int:
    """Create the cluster, start the server, and return its process id once it accepts sessions."""
    for directory in plan["directories"]:
        Path(directory).mkdir(0o700)
        if plan["uid"] is not None:
            os.chown(directory, plan["uid"], plan["gid"])
    for source, target in plan["copies"]:
        shutil.copytree(source, target, symlinks=True)
        # Whoever closed the directory may have closed the files as well.
        for path in (Path(target), *Path(target).rglob("*")):
            os.chown(path, plan["uid"], plan["gid"], follow_symlinks=False)
    initdb = run(plan, plan["initdb"], children)
    while initdb.poll() is None:
        check_parent(plan, 0.02)
    if initdb.returncode:
        raise StartError("initdb failed")
    with Path(plan["data"], "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(plan["configuration"])
    server = run(plan, plan["postgres"], children)
    deadline = time.monotonic() + START_SECONDS
    while not is_ready(Path(plan["data"])):
        if server.poll() is not None:
            raise StartError("postgres ended at once")
        if time.monotonic() > deadline:
            raise StartError(f"postgres accepted no session within {START_SECONDS} s")
        check_parent(plan, 0.02)
    return server.pid


def run(plan: dict[str, Any], command: list[str], children: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Start one program of the server as the server's user, its output appended to the start log."""
    drop = {} if plan["uid"] is None else {"user": plan["uid"], "group": plan["gid"], "extra_groups": []}
    libc = ctypes.CDLL(None)

    def die_with_watcher() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)

    with Path(plan["start_log"]).open("ab") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=plan["directories"][0],
            env=plan["environment"],
            start_new_session=True,
            preexec_fn=die_with_watcher,
            **drop,
        )
    children.append(child)
    return child


def is_ready(data: Path) -> bool:
    """Tell whether the server's lock file says ``ready`` (its eighth line)."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False


def check_parent(plan: dict[str, Any], seconds: float) -> None:
    """Sleep up to ``seconds``; raise ParentGoneError as soon as the pipe ends or the parent is another."""
    # A process that the parent forked may hold the pipe open after its end: hence the second sign.
    if select.select([sys.stdin], [], [], seconds)[0] or os.getppid() != plan["parent"]:
        raise ParentGoneError


def stop(child: subprocess.Popen[bytes]) -> None:
    """End one program and its process group; at once, because nothing of the data is kept."""
    for number in (signal.SIGQUIT, signal.SIGKILL):
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(STOP_SECONDS)


def remove(directory: Path) -> None:
    """Remove ``directory``; several times, because a dying process may still write into it."""
    for _ in range(50):
        shutil.rmtree(directory, ignore_errors=True)
        if not directory.exists():
            return
        time.sleep(0.1)


def read_logs(plan: dict[str, Any]) -> str:
    """Return the end of what the programs wrote: the start log, then the messages of the server's own log."""
    lines: list[str] = []
    with contextlib.suppress(OSError):
        lines += Path(plan["start_log"]).read_text(errors="replace").splitlines()
    with contextlib.suppress(OSError, ValueError):
        for line in Path(plan["server_log"]).read_text(errors="replace").splitlines():
            entry = json.loads(line)
            lines.append(f"{entry['error_severity']}: {entry.get('message', '')}")
    return "\n".join(lines[-200:])


def report(answer: dict[str, Any]) -> None:
    """Answer the parent; one that is gone meanwhile is noticed by the pipe."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
