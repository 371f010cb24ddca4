"""The executor: hands a request to a fresh worker process and returns its answer, whatever becomes of the worker."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import msgspec

from bench.errors import BenchError, InputError
from bench.messages.request import READY, Answer, Request

LOG_TAIL_BYTES = 4_000
SETUP_SECONDS = 120.0
"""For what a worker does besides samples: to start, to describe implementations, to migrate."""

_GRACE_SECONDS = 10.0
_LOOK_SECONDS = 0.5
"""How often a silent worker is looked after."""


class SampleError(BenchError):
    """A request that a worker did not fulfil. ``kind`` is ``error``, ``timeout`` or ``killed``."""

    exit_code = 1

    def __init__(self, kind: str, message: str, log_tail: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.log_tail = log_tail


def no_answer_within(seconds: float, log_tail: str = "") -> SampleError:
    """Return the error of a worker that was silent for too long."""
    message = f"the worker gave no answer within {seconds:g} s; raise --timeout if it needs longer"
    return SampleError("timeout", message, log_tail)


def without_error(answer: Answer, kind: str, log_tail: str = "") -> Answer:
    """Return ``answer``. Raises the SampleError of ``kind``, or the InputError, that it tells of."""
    if answer.error is None:
        return answer
    if answer.input_error:
        raise InputError(answer.error)
    raise SampleError(kind, answer.error, log_tail)


class Executor(Protocol):
    """Runs requests; the tests have one without processes and PostgreSQL."""

    def run(self, request: Request, timeout_seconds: float) -> Answer:
        """Return an answer without an error. Raises SampleError, or InputError where the user's input is at fault."""


class ProcessExecutor:
    """Runs each request in a process of its own, which ends with it; temporary files stay below ``scratch``."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch

    def run(self, request: Request, timeout_seconds: float) -> Answer:
        """See ``Executor.run``."""
        with self.start(request) as worker:
            worker.close_input()
            return worker.answer(timeout_seconds)

    @contextmanager
    def start(self, request: Request) -> Iterator[RunningWorker]:
        """Start a worker on ``request``; it is gone at the end of the block, whatever it does then."""
        # A folder per worker takes its temporary files along, also those of a worker that was killed.
        with tempfile.TemporaryDirectory(prefix="worker-", dir=self._scratch, ignore_cleanup_errors=True) as folder:
            log = Path(folder) / "log"
            reader, process = _start(Path(folder), log)
            worker = RunningWorker(process, reader, log)
            try:
                worker.send(msgspec.json.encode(request))
                yield worker
            finally:
                os.close(reader)
                worker.kill()
                worker.close_input()
                process.wait()


class RunningWorker:
    """A RunningWorker is a worker that has its request and has not been asked for its answer yet."""

    def __init__(self, process: subprocess.Popen[bytes], reader: int, log: Path) -> None:
        self._process = process
        self._reader = reader
        self._log = log
        self._received = b""

    def send(self, line: bytes = b"") -> None:
        """Send one line to the worker's standard input; the empty one lets a worker go on that waits for it."""
        assert self._process.stdin is not None  # opened as a pipe
        with suppress(BrokenPipeError):
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()

    def close_input(self) -> None:
        """Close the worker's standard input: nothing more comes."""
        assert self._process.stdin is not None  # opened as a pipe
        with suppress(BrokenPipeError):
            self._process.stdin.close()

    def kill(self) -> None:
        """End the worker and all that it started, at once and in any state."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def wait_until_ready(self, timeout_seconds: float) -> None:
        """Wait until the worker is ready for a call that waits for a sign. Raises as ``answer``."""
        if not self._received:
            self._receive(time.monotonic() + timeout_seconds, timeout_seconds)
        if not self._received.startswith(READY):
            self.answer(timeout_seconds)

    def answer(self, timeout_seconds: float) -> Answer:
        """Return an answer without an error. Raises SampleError, or InputError where the user's input is at fault."""
        deadline = time.monotonic() + timeout_seconds
        while self._receive(deadline, timeout_seconds):
            pass
        try:
            # An answer counts even where the worker then fails to end by itself.
            code = self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            code = 0
        tail = _tail(self._log)
        try:
            answer = msgspec.json.decode(self._received, type=Answer)
        except msgspec.DecodeError:
            # Nothing, or the part that was written before the worker's end.
            raise SampleError(*_obituary(code), log_tail=tail) from None
        return without_error(answer, "error", tail)

    def _receive(self, deadline: float, timeout_seconds: float) -> bool:
        """Take what comes next; False once the pipe or the worker ended. Raises SampleError where nothing comes."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._reader, selectors.EVENT_READ)
            while (rest := deadline - time.monotonic()) > 0:
                # A process that the implementation forked may hold the pipe open: hence the second sign. It is looked
                # for before the pipe, whose content is then complete.
                ended = self._process.poll() is not None
                if selector.select(0 if ended else min(rest, _LOOK_SECONDS)):
                    chunk = os.read(self._reader, 65_536)
                    self._received += chunk
                    return bool(chunk)
                if ended:
                    return False
        raise no_answer_within(timeout_seconds, _tail(self._log))


def _start(folder: Path, log: Path) -> tuple[int, subprocess.Popen[bytes]]:
    """Start a worker that writes to ``log``; return the end of the pipe by which it answers, and the process."""
    reader, writer = os.pipe()
    try:
        with log.open("wb") as output:
            worker = subprocess.Popen(
                # -P: what lies in the working folder must not pass for this package or for the standard library.
                [sys.executable, "-P", "-m", "bench.worker", str(writer), str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                pass_fds=(writer,),
                env=_environment(folder),
                start_new_session=True,  # Ctrl-C is the parent's to handle
            )
    except BaseException:
        os.close(reader)
        raise
    finally:
        os.close(writer)
    return reader, worker


def _environment(folder: Path) -> dict[str, str]:
    """The caller's environment, but for what would change how the time probe's own pytest runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**kept, "TMPDIR": str(folder)}


def _obituary(code: int) -> tuple[str, str]:
    if code < 0:
        name = signal.Signals(-code).name
        hint = " (out of memory?)" if -code == signal.SIGKILL else ""
        return "killed", f"the worker was killed by {name}{hint}"
    return "error", f"the worker ended with exit code {code} and no answer"


def _tail(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - LOG_TAIL_BYTES))
        return file.read().decode("utf-8", "replace").strip()
