"""The worker process, ``python -m bench.worker FD PARENT``: serves one request and ends.

The request comes as JSON on standard input; the answer goes as JSON to the file descriptor FD, a pipe that nothing
else writes to. Whatever the implementation prints lands in the parent's log. Nothing but the standard library is
imported before the supervisor has forked, so that a broken package becomes an answer.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from bench.errors import describe
from bench.worker.supervisor import supervise

_PIPE_CLOSED = 76
"""``bench.messages.request.PIPE_CLOSED``, which cannot be imported where a package is broken."""


def main() -> None:
    """Serve the request on standard input in a child, and end as that ends."""
    descriptor, parent = int(sys.argv[1]), int(sys.argv[2])
    if os.getppid() != parent:
        os._exit(1)
    supervise(partial(_work, descriptor))


def _work(descriptor: int) -> None:
    worker, pipe = os.getpid(), os.fstat(descriptor)

    def send(content: bytes) -> None:
        if os.getpid() != worker:
            # A child that the implementation forked came back out of it.
            os._exit(1)
        try:
            # An implementation may have closed the pipe, and opened a file under its number.
            if not os.path.samestat(os.fstat(descriptor), pipe):
                os._exit(_PIPE_CLOSED)
            while content:
                content = content[os.write(descriptor, content) :]
        except OSError:
            os._exit(_PIPE_CLOSED)

    send(_served(sys.stdin.buffer.readline(), send))
    # Not by the interpreter's own end, which would wait for the implementation's threads and run its handlers.
    with suppress(Exception):
        sys.stdout.flush()
    os._exit(0)


def _served(line: bytes, send: Callable[[bytes], None]) -> bytes:
    try:
        from bench.worker.serve import serve_line
    except BaseException as error:  # noqa: BLE001 - a broken package may raise anything
        traceback.print_exc()
        return json.dumps(
            {
                "type": "Failed",
                "error": f"the worker cannot start: {describe(error)}; look for modules that shadow installed packages",
                "input_error": True,
            }
        ).encode()
    return serve_line(line, send)


if __name__ == "__main__":
    main()
