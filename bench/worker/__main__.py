"""The worker process, ``python -m bench.worker FD PARENT``: serves one request and ends.

The request comes as JSON on standard input; the answer goes as JSON to the file descriptor FD, a pipe that nothing
else writes to. Whatever the implementation prints lands in the parent's log.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import msgspec

from bench.messages.request import READY, MigrateRequest, Request
from bench.process import signal_on_parent_death
from bench.worker.serve import serve


def _die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent dies, also by SIGKILL, where it can."""
    signal_on_parent_death(signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def main() -> None:
    """Serve the request on standard input and write the answer to the pipe."""
    descriptor, parent = int(sys.argv[1]), int(sys.argv[2])
    _die_with_parent(parent)
    # Last, so that a user's implementation is found there and nothing else is: see the parent's -P.
    sys.path.append(str(Path.cwd()))
    request = msgspec.json.decode(sys.stdin.buffer.readline(), type=Request)
    if not isinstance(request, MigrateRequest):
        # First, so that code of another revision is found instead of the environment's.
        sys.path[:0] = request.python_path
    with os.fdopen(descriptor, "wb") as pipe:

        def gate() -> None:
            pipe.write(READY)
            pipe.flush()
            sys.stdin.buffer.readline()

        pipe.write(msgspec.json.encode(serve(request, gate)))


if __name__ == "__main__":
    main()
