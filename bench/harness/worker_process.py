"""The worker process as the parent holds it: commands go in, answers come back, however the worker ends."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

import msgspec

from bench.database.wire.watch import StatementWatch
from bench.errors import BenchError, InputError
from bench.messages.worker_line import Line, Started
from bench.worker.channel import PIPE_CLOSED

LOG_TAIL_BYTES = 4_000
START_SECONDS = 300.0
"""The timeout of a start: imports, Django's set-up, the environment's hook. Large projects take half a minute."""

_GRACE_SECONDS = 10.0
"""How long a worker may take to end once nothing more comes, or it was asked to end."""
_POLL_SECONDS = 0.5
"""How often to check whether a silent worker is still alive."""
_LONGEST_LAST_LINE = 300

DoneT = TypeVar("DoneT")


class SampleError(BenchError):
    """A request that a worker did not fulfil. ``kind`` is ``error``, ``timeout`` or ``killed``."""

    exit_code = 1

    def __init__(self, kind: str, message: str, log_tail: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.log_tail = log_tail


class Handle(Protocol):
    """A Handle is what a parent holds of the process at the top of a worker, as ``subprocess.Popen`` has it."""

    pid: int

    def poll(self) -> int | None:
        """Return the exit code, that of a signal negative; None while the process runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once the process has ended. Raises subprocess.TimeoutExpired."""

    def terminate(self) -> None:
        """Send SIGTERM to a process that may have ended."""


class WorkerProcess:
    """A WorkerProcess is a worker that takes commands; ``terminate_sessions`` is what it may ask for during a call."""

    def __init__(self, process: Handle, commands: IO[bytes], reader: int, log: Path) -> None:
        self._process = process
        self._commands = commands
        self._reader = reader
        self.log = log
        """The file that has what the worker prints."""
        self.begun = False
        """Whether the command ``start`` was sent."""
        self.started: Started | None = None
        """The answer to the command ``start``, once it is there."""
        self._received = b""
        self.answered = True
        """Whether the last command was answered, if only by a failure."""
        self.terminate_sessions: Callable[[], object] | None = None
        self.watch: StatementWatch | None = None
        """What notes the statements of the worker's sessions, where that is wanted and possible."""
        self.unwatched = ""
        """Why it is not possible, though it is wanted."""

    @property
    def pid(self) -> int:
        """The id of the process at the top, the supervisor."""
        return self._process.pid

    def has_answered(self) -> bool:
        """Whether ``receive`` would return, or raise, at once."""
        if b"\n" in self._received or self._process.poll() is not None:
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self._reader, selectors.EVENT_READ)
            return bool(selector.select(0))

    @property
    def ended(self) -> bool:
        """Whether the process at the top has ended."""
        return self._process.poll() is not None

    @property
    def log_tail(self) -> str:
        """The end of what the worker and the code under test printed."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - LOG_TAIL_BYTES))
            return file.read().decode("utf-8", "replace").strip()

    def ask(self, done: type[DoneT], timeout_seconds: float, command: str, **details: Any) -> DoneT:
        """Send a command and return its answer. Raises SampleError, or InputError if the user's input is at fault."""
        self.send({"command": command, **details})
        return self.receive(done, timeout_seconds)

    def start_anew(self) -> None:
        """Let the next request set the project up again: its data may be others, even under the same names."""
        self.begun = False
        self.started = None

    def send(self, line: Mapping[str, Any]) -> None:
        """Send one line to a worker, which may have ended."""
        with suppress(BrokenPipeError):
            self._commands.write(msgspec.json.encode(line) + b"\n")
            self._commands.flush()

    def receive(self, done: type[DoneT], timeout_seconds: float) -> DoneT:
        """Return the answer to a command that was sent. Raises as ``ask``."""
        deadline = time.monotonic() + timeout_seconds
        self.answered = False
        while True:
            try:
                line = msgspec.json.decode(self._line(deadline, timeout_seconds), type=Line)
                if bytes(line.done):
                    answer = msgspec.json.decode(line.done, type=done)
                    self.answered = True
                    return answer
            except (msgspec.DecodeError, UnicodeDecodeError):
                message = "the worker's answer cannot be read: the implementation wrote to its pipe as well"
                raise SampleError("error", message, self.log_tail) from None
            if line.failed is not None:
                self.answered = True
                if line.failed.input_error:
                    raise InputError(line.failed.error)
                raise SampleError("error", line.failed.error, self.log_tail)
            assert self.terminate_sessions is not None  # asked for by a fault alone
            self.terminate_sessions()
            self.send({"terminated": True})

    def end(self) -> None:
        """Let the worker end by itself, as nothing more comes."""
        self._close_input()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_SECONDS)

    def interrupt(self) -> None:
        """Have the worker killed, while another thread may wait for its answer."""
        self._process.terminate()

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

    def discard(self) -> None:
        """Kill the worker and close both pipes."""
        os.close(self._reader)
        self.kill()
        self._close_input()

    def _close_input(self) -> None:
        with suppress(BrokenPipeError):
            self._commands.close()

    def _line(self, deadline: float, timeout_seconds: float) -> bytes:
        """Return the next line. Raises SampleError where none comes."""
        while b"\n" not in self._received:
            if not self._read(deadline, timeout_seconds):
                raise self._ended()
        line, _, self._received = self._received.partition(b"\n")
        return line

    def _read(self, deadline: float, timeout_seconds: float) -> bool:
        """Read what comes next; False once the pipe or the worker has ended. Raises SampleError on timeout."""
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
        message = f"the worker gave no answer within {timeout_seconds:g} s; raise --timeout if it needs longer"
        raise SampleError("timeout", message, self.log_tail)

    def _ended(self) -> SampleError:
        """Return the error for a worker that ended without an answer."""
        try:
            code = self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            code = 0
        tail = self.log_tail
        return SampleError(*_ending(code, tail), log_tail=tail)


def _ending(code: int, tail: str) -> tuple[str, str]:
    """Return kind and message for a worker that ended with ``code`` and sent no answer."""
    if code < 0:
        hint = " (out of memory?)" if -code == signal.SIGKILL else ""
        return "killed", f"the worker was killed by {_signal_name(-code)}{hint}"
    if code == PIPE_CLOSED:
        return "error", "the implementation closed the pipe by which its worker answers; close only what it opened"
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
