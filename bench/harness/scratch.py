"""The scratch folder: where a run's temporary files are, gone with the run even where that ends by ``kill -9``.

``python -m bench.harness.scratch PATH`` is the folder's keeper: it makes the folder, writes an empty line, and removes
the folder at the end of its standard input, which comes with the end of the process that holds the other end.
"""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import InputError

ATTEMPTS = 50


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder below TMPDIR, for this user only. Raises InputError where none can be made."""
    try:
        folder = Path(tempfile.gettempdir()).absolute() / f"bench-run-{secrets.token_hex(6)}"
    except OSError as error:
        raise InputError(f"no temporary folder is writable: {error.strerror}; set TMPDIR to one that is") from error
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "bench.harness.scratch", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is the parent's to handle
    ) as keeper:
        assert keeper.stdin is not None  # opened as pipes above
        assert keeper.stdout is not None
        assert keeper.stderr is not None
        if not keeper.stdout.readline():
            reason = keeper.stderr.read().decode(errors="replace").strip().rpartition("\n")[2]
            raise InputError(f"cannot make a folder for temporary files: {reason}; make room, or set TMPDIR to another")
        try:
            yield folder
        finally:
            keeper.stdin.close()
            keeper.wait()


def keep(folder: Path) -> None:
    """Make ``folder``, and remove it at the end of standard input."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    folder.mkdir(mode=0o700)
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        # Several times, because a dying worker may still write into it.
        for _ in range(ATTEMPTS):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
            time.sleep(0.1)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
