"""A server that is somebody else's: initialised, started and stopped by the tests as its owner would."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo

from bench.database.binaries import find_binaries

PORT = 5433
TRUST = "local all all trust\n"


class ForeignServer:
    """A server below ``folder``, whose path is short and open to any user.

    It trusts everybody who comes by its socket there. With a ``password`` of the superuser it is reached by TCP
    instead, and asks every role for one, as a service of a CI job does.
    """

    def __init__(
        self,
        folder: Path,
        *options: str,
        environment: Mapping[str, str] | None = None,
        major: int = 16,
        password: str = "",
    ) -> None:
        """Initialise the server with further ``options`` of initdb."""
        self._folder = folder
        self._environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", **(environment or {})}
        self._binaries = find_binaries(major)
        self._address, self._port = ("127.0.0.1", _free_port()) if password else ("", PORT)
        self.data = folder / "data"
        self.conninfo = make_conninfo(
            host=self._address or str(folder),
            port=self._port,
            user="postgres",
            password=password or None,
            dbname="postgres",
        )
        file = folder / "password"
        login = ["--auth=scram-sha-256", f"--pwfile={file}"] if password else ["--auth=trust"]
        file.write_text(password, encoding="utf-8")
        file.chmod(0o644)  # its reader may be another user
        self._run("initdb", "--username=postgres", *login, "--no-sync", f"--pgdata={self.data}", *options)
        file.unlink()

    def start(self) -> None:
        """Start the server, and return once it accepts sessions."""
        options = f"-c listen_addresses={self._address} -c unix_socket_directories={self._folder}"
        options += f" -c port={self._port} -c fsync=off"
        self._run("pg_ctl", "start", "--wait", f"--pgdata={self.data}", f"--log={self._folder / 'log'}", "-o", options)

    def stop(self) -> None:
        """Stop the server at once; its next start recovers."""
        self._run("pg_ctl", "stop", "--mode=immediate", f"--pgdata={self.data}")

    def _run(self, program: str, *arguments: str) -> None:
        owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        if owner:
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        subprocess.run(
            [self._binaries / program, *arguments],
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
            env=self._environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=60,
        )


@contextmanager
def foreign_server(
    folder: Path, *options: str, environment: Mapping[str, str] | None = None, major: int = 16, password: str = ""
) -> Iterator[ForeignServer]:
    """A running foreign server below ``folder``, gone with its files after the block."""
    server = ForeignServer(folder, *options, environment=environment, major=major, password=password)
    server.start()
    try:
        yield server
    finally:
        if (server.data / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(server.data)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
