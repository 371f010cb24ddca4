"""The executor: carries each request out in a fresh worker process and returns its answer, however the worker ends."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from bench.database.access import DatabaseAccess
from bench.harness.conversation import converse, start
from bench.harness.interpreter import refuse_unusable
from bench.harness.measure.faults import terminate_sessions
from bench.harness.worker_process import LOG_TAIL_BYTES, START_SECONDS, SampleError, WorkerProcess
from bench.harness.worker_variables import worker_variables
from bench.jobs.environment import WorkerEnvironment
from bench.messages.answer import TrialAnswer
from bench.messages.request import AnswerT, Request, TrialRequest
from bench.messages.worker_line import Nothing
from bench.worker import __file__ as worker_package

__all__ = [
    "LOG_TAIL_BYTES",
    "SETUP_SECONDS",
    "START_SECONDS",
    "Executor",
    "ProcessExecutor",
    "RunningWorker",
    "SampleError",
]

SETUP_SECONDS = 120.0
"""The timeout of what a worker does besides samples once it has started, such as migrating."""

_PROGRAM = Path(worker_package).with_name("__main__.py")


class Executor(Protocol):
    """Carries requests out; the tests have one without processes and PostgreSQL."""

    def run(self, request: Request[AnswerT], timeout_seconds: float) -> AnswerT:
        """Return the answer. Raises SampleError, or InputError if the user's input is at fault.

        ``timeout_seconds`` is for what is asked; starting the project has START_SECONDS besides.
        """


class ProcessExecutor:
    """Carries each request out in a separate process; temporary files stay below ``scratch``."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch

    def run(self, request: Request[AnswerT], timeout_seconds: float) -> AnswerT:
        """See ``Executor.run``."""
        with self.open(request.environment, request.access) as process:
            answer = converse(process, request, timeout_seconds)
            process.end()
            return answer

    @contextmanager
    def start(self, request: TrialRequest) -> Iterator[RunningWorker]:
        """Start a worker on ``request``; at the end of the block it is gone with every process that it started.

        Raises SampleError if it cannot be started.
        """
        with self.open(request.environment, request.access) as process:
            process.terminate_sessions = lambda: terminate_sessions(request.access)
            yield RunningWorker(request, process)

    @contextmanager
    def open(self, environment: WorkerEnvironment, access: DatabaseAccess | None) -> Iterator[WorkerProcess]:
        """Start a worker that waits for commands; at the end of the block it is gone, as with ``start``.

        Raises SampleError, and InputError for an interpreter that cannot be used.
        """
        refuse_unusable(environment.interpreter)
        with _folder(self._scratch) as folder:
            variables = worker_variables(environment, access, folder, self._scratch)
            log = folder / "log"
            try:
                reader, process = _started(environment.interpreter, variables, log)
            except OSError as error:
                raise SampleError("error", f"no worker can be started: {error}; see the machine's load") from error
            worker = WorkerProcess(process, reader, log)
            try:
                yield worker
            finally:
                worker.discard()


class RunningWorker:
    """A RunningWorker is a worker that has a TrialRequest, in whose run its parent interferes."""

    def __init__(self, request: TrialRequest, process: WorkerProcess) -> None:
        self._request = request
        self._process = process

    def wait_until_ready(self, timeout_seconds: float) -> None:
        """Start the project and warm up; the worker then waits for its call. Raises as ``answer``."""
        request = self._request
        start(self._process, request, "faults")
        if request.warm_up is not None:
            self._process.ask(Nothing, timeout_seconds, "warm_up", arguments=request.warm_up)

    def send(self) -> None:
        """Start the call."""
        self._process.send({"command": "attempt", "arguments": self._request.arguments, "fault": self._request.fault})

    def answer(self, timeout_seconds: float) -> TrialAnswer:
        """Return the answer. Raises SampleError, or InputError if the user's input is at fault."""
        answer = self._process.receive(TrialAnswer, timeout_seconds)
        self._process.end()
        return answer

    def kill(self) -> None:
        """Kill the worker by SIGKILL, with everything that it started, and wait until it is gone."""
        self._process.kill()


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


def _started(interpreter: str, variables: dict[str, str], log: Path) -> tuple[int, subprocess.Popen[bytes]]:
    """Start a worker that writes to ``log``; return the end of the pipe by which it answers, and the process."""
    reader, writer = os.pipe()
    try:
        with log.open("wb") as output:
            worker = subprocess.Popen(
                [interpreter, str(_PROGRAM), str(writer), str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                pass_fds=(writer,),
                env=variables,
                start_new_session=True,  # Ctrl-C is the parent's to handle
            )
    except BaseException:
        os.close(reader)
        raise
    finally:
        os.close(writer)
    return reader, worker
