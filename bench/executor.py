"""The executor: hands a request to a fresh worker process and returns its answer, whatever becomes of the worker."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec

from bench.errors import BenchError, InputError
from bench.probes.request import Answer, Request

LOG_TAIL_BYTES = 4_000
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
        # A folder per worker takes its temporary files along, also those of a worker that was killed.
        with tempfile.TemporaryDirectory(prefix="worker-", dir=self._scratch, ignore_cleanup_errors=True) as folder:
            log = Path(folder) / "log"
            try:
                payload, code = _converse(request, timeout_seconds, Path(folder), log)
            except SampleError as error:
                error.log_tail = _tail(log)
                raise
            tail = _tail(log)
        try:
            answer = msgspec.json.decode(payload, type=Answer)
        except msgspec.DecodeError:
            # Nothing, or the part that was written before the worker's end.
            raise SampleError(*_obituary(code), log_tail=tail) from None
        if answer.error is not None:
            if answer.input_error:
                raise InputError(answer.error)
            raise SampleError("error", answer.error, log_tail=tail)
        return answer


def _converse(request: Request, timeout_seconds: float, folder: Path, log: Path) -> tuple[bytes, int]:
    """Start a worker, send it the request, and return what it answered and its exit code. Leaves no process."""
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
    try:
        _send(worker, msgspec.json.encode(request))
        payload = _read_answer(reader, worker, timeout_seconds)
        try:
            # An answer counts even where the worker then fails to end by itself.
            code = worker.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            code = 0
    finally:
        os.close(reader)
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    return payload, code


def _send(worker: subprocess.Popen[bytes], payload: bytes) -> None:
    assert worker.stdin is not None  # opened as a pipe above
    with suppress(BrokenPipeError), worker.stdin as stdin:
        stdin.write(payload)


def _environment(folder: Path) -> dict[str, str]:
    """The caller's environment, but for what would change how the time probe's own pytest runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**kept, "TMPDIR": str(folder)}


def _read_answer(descriptor: int, worker: subprocess.Popen[bytes], timeout_seconds: float) -> bytes:
    """Read until the pipe or the worker ends. Raises SampleError where neither comes in time."""
    deadline = time.monotonic() + timeout_seconds
    chunks: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while (rest := deadline - time.monotonic()) > 0:
            # A process that the implementation forked may hold the pipe open: hence the second sign. It is looked for
            # before the pipe, whose content is then complete.
            ended = worker.poll() is not None
            if selector.select(0 if ended else min(rest, _LOOK_SECONDS)):
                if not (chunk := os.read(descriptor, 65_536)):
                    return b"".join(chunks)
                chunks.append(chunk)
            elif ended:
                return b"".join(chunks)
    raise SampleError(
        "timeout", f"the worker gave no answer within {timeout_seconds:g} s; raise --timeout if it needs longer"
    )


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
