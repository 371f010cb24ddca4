"""The executor: sends each request to a fresh worker process and returns its answer, however the worker ends."""

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
from typing import Generic, Protocol

import msgspec

from bench.errors import BenchError, InputError
from bench.messages.answer import Failed
from bench.messages.request import PIPE_CLOSED, READY, AnswerT, Request, decode_answer

LOG_TAIL_BYTES = 4_000
SETUP_SECONDS = 120.0
"""The timeout of what a worker does besides samples: starting, describing implementations, migrating."""

_GRACE_SECONDS = 10.0
"""How long a worker may take to end after it has answered, or was asked to end."""
_POLL_SECONDS = 0.5
"""How often to check whether a silent worker is still alive."""
_LONGEST_LAST_LINE = 300

_KEPT_PYTHON_VARIABLES = frozenset(
    {
        "PYTHONCOERCECLOCALE",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHASHSEED",
        "PYTHONHOME",
        "PYTHONNOUSERSITE",
        "PYTHONPATH",
        "PYTHONPLATLIBDIR",
        "PYTHONPYCACHEPREFIX",
        "PYTHONUSERBASE",
        "PYTHONUTF8",
    }
)
"""Where Python finds code, and how it reads text. Others, such as PYTHONMALLOC or PYTHONWARNINGS, change figures."""
_DROPPED_PREFIXES = ("PYTHON", "PYTEST_", "COVERAGE_", "COV_CORE_")
_DROPPED = frozenset({"DJANGO_SETTINGS_MODULE", "DJANGO_CONFIGURATION"})


class SampleError(BenchError):
    """A request that a worker did not fulfil. ``kind`` is ``error``, ``timeout`` or ``killed``."""

    exit_code = 1

    def __init__(self, kind: str, message: str, log_tail: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.log_tail = log_tail


def no_answer_within(seconds: float, log_tail: str = "") -> SampleError:
    """Return the error for a worker that did not answer in time."""
    message = f"the worker gave no answer within {seconds:g} s; raise --timeout if it needs longer"
    return SampleError("timeout", message, log_tail)


def succeeded(answer: AnswerT | Failed, kind: str, log_tail: str = "") -> AnswerT:
    """Return ``answer``. Raises InputError or a SampleError of ``kind`` where it is Failed."""
    if not isinstance(answer, Failed):
        return answer
    if answer.input_error:
        raise InputError(answer.error)
    raise SampleError(kind, answer.error, log_tail)


class Executor(Protocol):
    """Runs requests; the tests have one without processes and PostgreSQL."""

    def run(self, request: Request[AnswerT], timeout_seconds: float) -> AnswerT:
        """Return the answer. Raises SampleError, or InputError if the user's input is at fault."""


class ProcessExecutor:
    """Runs each request in a separate process; temporary files stay below ``scratch``."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch

    def run(self, request: Request[AnswerT], timeout_seconds: float) -> AnswerT:
        """See ``Executor.run``."""
        with self.start(request) as worker:
            worker.close_input()
            return worker.answer(timeout_seconds)

    @contextmanager
    def start(self, request: Request[AnswerT]) -> Iterator[RunningWorker[AnswerT]]:
        """Start a worker on ``request``; at the end of the block it is gone with every process that it started.

        Raises SampleError if it cannot be started.
        """
        with _folder(self._scratch) as folder:
            log = folder / "log"
            try:
                reader, process = _start(folder, log)
            except OSError as error:
                raise SampleError("error", f"no worker can be started: {error}; see the machine's load") from error
            worker = RunningWorker(request, process, reader, log)
            try:
                worker.send(msgspec.json.encode(request))
                yield worker
            finally:
                os.close(reader)
                worker.kill()
                worker.close_input()


class RunningWorker(Generic[AnswerT]):
    """A RunningWorker is a worker that has its request and has not been asked for its answer yet."""

    def __init__(self, request: Request[AnswerT], process: subprocess.Popen[bytes], reader: int, log: Path) -> None:
        self._request = request
        self._process = process
        self._reader = reader
        self._log = log
        self._received = b""

    def send(self, line: bytes = b"") -> None:
        """Send one line to the worker's standard input; an empty one starts the call of a gated request."""
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
        """Kill the worker by SIGKILL, with everything that it started, and wait until it is gone."""
        # The supervisor does it on SIGTERM; it alone knows of processes that left the worker's session.
        self._process.terminate()
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def wait_until_ready(self, timeout_seconds: float) -> None:
        """Wait until the worker of a gated request is ready for its call. Raises as ``answer``."""
        if not self._received:
            self._receive(time.monotonic() + timeout_seconds, timeout_seconds)
        if not self._received.startswith(READY):
            self.answer(timeout_seconds)

    def answer(self, timeout_seconds: float) -> AnswerT:
        """Return the answer. Raises SampleError, or InputError if the user's input is at fault."""
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
            answer = decode_answer(self._request, self._received)
        except msgspec.DecodeError:
            raise SampleError(*_ending(code, self._received, tail), log_tail=tail) from None
        return succeeded(answer, "error", tail)

    def _receive(self, deadline: float, timeout_seconds: float) -> bool:
        """Receive what comes next; False once the pipe or the worker has ended. Raises SampleError on timeout."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._reader, selectors.EVENT_READ)
            while (rest := deadline - time.monotonic()) > 0:
                # A process that the implementation forked may hold the pipe open, so the worker's end is checked too,
                # and before the pipe is read, whose content is then complete.
                ended = self._process.poll() is not None
                if selector.select(0 if ended else min(rest, _POLL_SECONDS)):
                    chunk = os.read(self._reader, 65_536)
                    self._received += chunk
                    return bool(chunk)
                if ended:
                    return False
        raise no_answer_within(timeout_seconds, _tail(self._log))


@contextmanager
def _folder(scratch: Path) -> Iterator[Path]:
    """A folder for one worker and its temporary files, removed even if the worker is killed. Raises SampleError."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="worker-", dir=scratch, ignore_cleanup_errors=True)
    except OSError as error:
        raise SampleError(
            "error", f"no folder for a worker can be made in {scratch}: {error.strerror}; make room, or set TMPDIR"
        ) from error
    with folder as path:
        yield Path(path)


def _start(folder: Path, log: Path) -> tuple[int, subprocess.Popen[bytes]]:
    """Start a worker that writes to ``log``; return the end of the pipe by which it answers, and the process."""
    reader, writer = os.pipe()
    try:
        with log.open("wb") as output:
            worker = subprocess.Popen(
                # -P keeps modules in the working folder from shadowing this package or the standard library.
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
    """Return the caller's environment without what would change how a worker runs, with ``folder`` as TMPDIR."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT_PYTHON_VARIABLES or not (name.startswith(_DROPPED_PREFIXES) or name in _DROPPED)
    }
    return {**kept, "TMPDIR": str(folder)}


def _ending(code: int, received: bytes, tail: str) -> tuple[str, str]:
    """Return kind and message for a worker that ended with ``code`` and sent no answer that can be read."""
    if code < 0:
        hint = " (out of memory?)" if -code == signal.SIGKILL else ""
        return "killed", f"the worker was killed by {_signal_name(-code)}{hint}"
    if code == PIPE_CLOSED:
        return "error", "the implementation closed the pipe by which its worker answers; close only what it opened"
    if received.strip() and code == 0:
        return "error", "the worker's answer cannot be read: the implementation wrote to its pipe as well"
    message = f"the worker ended with exit code {code} and no answer"
    last_line = tail.rpartition("\n")[2][:_LONGEST_LAST_LINE]
    return "error", f"{message}; its last line: {last_line}" if code and last_line else message


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        # Real-time signals have no names but the first and the last.
        first = getattr(signal, "SIGRTMIN", None)
        return f"signal {number}" if first is None or number < first else f"SIGRTMIN+{number - first}"


def _tail(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - LOG_TAIL_BYTES))
        return file.read().decode("utf-8", "replace").strip()
