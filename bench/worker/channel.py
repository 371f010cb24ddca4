"""The channel: the parent's commands in, the worker's answers out, both as lines of JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

PIPE_CLOSED = 76
"""The exit code of a worker that could not answer because the code under test had closed its pipe."""


class Channel:
    """A Channel is the worker's end of the conversation; a child that the code under test forked cannot use it."""

    def __init__(self, descriptor: int) -> None:
        """Answer to ``descriptor``. Standard input becomes empty, so that nobody else reads the commands."""
        self._descriptor = descriptor
        self._worker = os.getpid()
        self._pipe = os.fstat(descriptor)
        self._commands = os.fdopen(os.dup(0), "rb")
        empty = os.open(os.devnull, os.O_RDONLY)
        os.dup2(empty, 0)
        os.close(empty)

    def commands(self) -> Iterator[Mapping[str, Any]]:
        """Yield the commands until there are no more."""
        while command := self.receive():
            yield command

    def receive(self) -> Mapping[str, Any]:
        """Return what the parent sends next; empty once nothing more comes."""
        try:
            line = self._commands.readline()
        except OSError:
            os._exit(PIPE_CLOSED)
        received: Mapping[str, Any] = json.loads(line) if line.strip() else {}
        return received

    def send(self, answer: Mapping[str, Any]) -> None:
        """Send ``answer``; the process ends where that is impossible."""
        if os.getpid() != self._worker:
            # A child that the code under test forked came back out of it.
            os._exit(1)
        content = json.dumps(answer).encode() + b"\n"
        try:
            # The code under test may have closed the pipe, and opened a file under its number.
            if not os.path.samestat(os.fstat(self._descriptor), self._pipe):
                os._exit(PIPE_CLOSED)
            while content:
                content = content[os.write(self._descriptor, content) :]
        except OSError:
            os._exit(PIPE_CLOSED)

    def leave(self) -> None:
        """Close both ends, in a copy of the worker, which has a channel of its own."""
        self._commands.close()
        os.close(self._descriptor)

    def end(self) -> None:
        """End the process, once what was printed is in the log."""
        # Not by the interpreter's own end, which would wait for the project's threads and run its handlers.
        try:
            sys.stdout.flush()
        finally:
            os._exit(0)
