"""A server that is somebody else's: initialised, started and stopped by the tests as its owner would."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo

from bench.database.binaries import find_binaries

PORT = 5433
TRUST = "local all all trust\n"


class ForeignServer:
    """A server below ``folder``, whose path is short and open to any user, reached by a socket there."""

    def __init__(self, folder: Path, *options: str, environment: Mapping[str, str] | None = None) -> None:
        """Initialise the server with further ``options`` of initdb."""
        self._folder = folder
        self._environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", **(environment or {})}
        self.data = folder / "data"
        self.conninfo = make_conninfo(host=str(folder), port=PORT, user="postgres", dbname="postgres")
        self._run("initdb", "--username=postgres", "--auth=trust", "--no-sync", f"--pgdata={self.data}", *options)

    def start(self) -> None:
        """Start the server, and return once it accepts sessions."""
        options = f"-c listen_addresses= -c unix_socket_directories={self._folder} -c port={PORT} -c fsync=off"
        self._run("pg_ctl", "start", "--wait", f"--pgdata={self.data}", f"--log={self._folder / 'log'}", "-o", options)

    def stop(self) -> None:
        """Stop the server at once; its next start recovers."""
        self._run("pg_ctl", "stop", "--mode=immediate", f"--pgdata={self.data}")

    def _run(self, program: str, *arguments: str) -> None:
        owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        if owner:
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        subprocess.run(
            [find_binaries(16) / program, *arguments],
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
    folder: Path, *options: str, environment: Mapping[str, str] | None = None
) -> Iterator[ForeignServer]:
    """A running foreign server below ``folder``, gone with its files after the block."""
    server = ForeignServer(folder, *options, environment=environment)
    server.start()
    try:
        yield server
    finally:
        if (server.data / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(server.data)
