"""A worker that serves one request after another, and is replaced when it ends early."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from bench.errors import InputError
from bench.harness.executor import (
    SETUP_SECONDS,
    ProcessExecutor,
    RunningWorker,
    SampleError,
    no_answer_within,
    succeeded,
)
from bench.messages.answer import Done, Failed
from bench.messages.request import AnswerT, Request, ServeRequest, decode_answer


class ServingWorker:
    """A ServingWorker starts its process on the first request, and a new one after one that failed to answer."""

    def __init__(self, executor: ProcessExecutor, socket_path: Path) -> None:
        self._executor = executor
        self._socket_path = socket_path
        self._stack = ExitStack()
        self._channel: _Channel | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def ask(self, request: Request[AnswerT], timeout_seconds: float) -> AnswerT:
        """Return the answer to ``request``. Raises SampleError, or InputError if the user's input is at fault."""
        if self._channel is None:
            self._channel = self._stack.enter_context(_connected(self._executor, self._socket_path))
        try:
            answer = self._channel.ask(request, timeout_seconds)
        except BaseException:
            self._end()
            raise
        return succeeded(answer, "raised")

    def _end(self) -> None:
        self._channel = None
        self._stack.close()


@dataclass(frozen=True)
class _Channel:
    """A _Channel is a worker process and the socket on which it takes requests."""

    worker: RunningWorker[Done]
    connection: socket.socket
    answers: BinaryIO

    def ask(self, request: Request[AnswerT], timeout_seconds: float) -> AnswerT | Failed:
        """Send ``request`` and return the answer. Raises SampleError if there is none."""
        self.connection.settimeout(timeout_seconds)
        try:
            self.connection.sendall(msgspec.json.encode(request) + b"\n")
            line = self.answers.readline()
        except TimeoutError:
            raise no_answer_within(timeout_seconds) from None
        except ConnectionError:
            line = b""
        if line.endswith(b"\n"):
            return decode_answer(request, line)
        # The worker has ended; this raises with its exit code.
        self.worker.answer(timeout_seconds)
        raise SampleError("error", "the worker closed its connection and gave no answer")


@contextmanager
def _connected(executor: ProcessExecutor, path: Path) -> Iterator[_Channel]:
    """Start a worker that takes requests on a socket at ``path``; both are gone after the block."""
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(str(path))
        except OSError as error:
            raise InputError(f"no socket can be made at {path}: {error}; set TMPDIR to a shorter path") from error
        listener.listen(1)
        listener.settimeout(SETUP_SECONDS)
        with executor.start(ServeRequest(socket=str(path))) as worker:
            worker.close_input()
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                raise SampleError("timeout", f"no worker started within {SETUP_SECONDS:g} s; see the load") from None
            finally:
                path.unlink()
            with connection, connection.makefile("rb") as answers:
                yield _Channel(worker, connection, answers)
