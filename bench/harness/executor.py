"""The executor: carries each request out in a fresh worker process and returns its answer, however the worker ends."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from bench.database.access import DatabaseAccess
from bench.database.wire.watch import StatementWatch, watched_statements
from bench.errors import DatabaseError
from bench.harness.conversation import begin, converse, start
from bench.harness.copied_workers import CopiedWorkers
from bench.harness.interpreter import refuse_unusable
from bench.harness.measure.faults import terminate_sessions
from bench.harness.starts import Starts
from bench.harness.worker_folder import worker_folder
from bench.harness.worker_process import LOG_TAIL_BYTES, START_SECONDS, SampleError, WorkerProcess
from bench.harness.worker_variables import worker_variables
from bench.jobs.environment import WorkerEnvironment
from bench.messages.answer import TrialAnswer
from bench.messages.request import WATCHED_PROBES, AnswerT, Request, SampleRequest, TrialRequest
from bench.messages.worker_line import Nothing
from bench.results.fingerprint import normalise
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

    @property
    def counts_sessions(self) -> bool:
        """Whether sessions on the database are counted now, so that nobody else may open one."""

    def prepare(self, request: SampleRequest) -> None:
        """Begin with what ``request``, the next one to run, needs before its warm-up, if that needs no database.

        Raises as ``run``.
        """


class ProcessExecutor:
    """Carries each request out in a separate process; temporary files stay below ``scratch``.

    A sample's worker may be on its way before it is needed (``prepare``), or be a copy of one that has started. Call
    ``close`` at the end.
    """

    def __init__(self, scratch: Path, *, copies: bool = True) -> None:
        """Without ``copies``, every worker is started."""
        self.scratch = scratch
        self.starts = Starts()
        self.copied = CopiedWorkers(self.open if copies else None, self.starts, scratch)
        self._ahead = ExitStack()
        self._begun: tuple[SampleRequest, WorkerProcess] | None = None
        self._running: WorkerProcess | None = None
        self._interrupted = False

    @property
    def counts_sessions(self) -> bool:
        """See ``Executor.counts_sessions``."""
        return self.starts.watching

    @property
    def waiting(self) -> frozenset[int]:
        """The ids of the supervisors of all workers that wait for a request, or to be copied."""
        begun = () if self._begun is None else (self._begun[1].pid,)
        return self.copied.waiting.union(begun)

    def close(self) -> None:
        """End all workers that wait for a request."""
        self._discard_ahead()
        self.copied.close()

    def run(self, request: Request[AnswerT], timeout_seconds: float) -> AnswerT:
        """See ``Executor.run``."""
        with self._worker(request) as process:
            self._running = process
            if self._interrupted:
                raise SampleError("killed", "the run was interrupted")
            answer = converse(process, request, timeout_seconds)
            process.end()
            return answer

    def interrupt(self) -> None:
        """Have another thread's ``run`` fail, now or as soon as it comes to its worker."""
        self._interrupted = True
        if self._running is not None:
            self._running.interrupt()

    def prepare(self, request: SampleRequest) -> None:
        """See ``Executor.prepare``."""
        self._discard_ahead()
        if request.probe in WATCHED_PROBES:
            return  # the reset ends the sessions by which statements are watched
        if self.starts.apart(request) and not self.copied.wants(request):
            process = self._ahead.enter_context(self.open(request.environment, request.access))
            begin(process, request, request.probe)
            self._begun = (request, process)

    @contextmanager
    def _worker(self, request: Request[Any]) -> Iterator[WorkerProcess]:
        """Yield a worker for ``request``, gone at the end of the block. Raises SampleError and InputError."""
        if isinstance(request, SampleRequest) and request.probe == "time":
            self.copied.close()  # nothing that waits is there beside a call that is timed
        if self._begun is not None and self._begun[0] == request:
            process, self._begun = self._begun[1], None
            with self._ahead.pop_all():
                yield process
        elif isinstance(request, SampleRequest):
            self._discard_ahead()
            watched = request.probe in WATCHED_PROBES
            copied = None if watched else self.copied.copy(request)
            with copied or self._started(request, watched=watched) as process:
                yield process
        else:
            with self.open(request.environment, request.access) as process:
                yield process

    @contextmanager
    def _started(self, request: SampleRequest, *, watched: bool) -> Iterator[WorkerProcess]:
        """Start a worker, ``watched`` if the server allows it, and learn whether that reaches the database."""
        with ExitStack() as stack:
            watch: StatementWatch | None = None
            unwatched = ""
            if watched:
                executes = request.probe == "plans"
                watching = watched_statements(request.access, self.scratch, normalise, executes=executes)
                try:
                    watch = stack.enter_context(watching)
                except (DatabaseError, OSError) as error:
                    unwatched = str(error)
            access = request.access if watch is None else watch.access
            process = stack.enter_context(self.open(request.environment, access))
            process.watch, process.unwatched = watch, unwatched
            with self.starts.watched(request):
                start(process, request, request.probe)
            yield process

    def _discard_ahead(self) -> None:
        self._begun = None
        self._ahead.close()

    @contextmanager
    def start(self, request: TrialRequest) -> Iterator[RunningWorker]:
        """Start a worker on ``request``; at the end of the block it is gone with every process that it started.

        Raises SampleError if it cannot be started.
        """
        with self.open(request.environment, request.access) as process:
            process.terminate_sessions = lambda: terminate_sessions(request.access)
            yield RunningWorker(request, process)

    @contextmanager
    def open(
        self,
        environment: WorkerEnvironment,
        access: DatabaseAccess | None,
        inherited: tuple[int, ...] = (),
        prefix: Sequence[str] = (),
    ) -> Iterator[WorkerProcess]:
        """Start a worker that waits for commands; at the end of the block it is gone, as with ``start``.

        It has the descriptors ``inherited``. ``prefix`` is a command that starts another one in its own process. Raises
        SampleError, and InputError for an interpreter that cannot be used.
        """
        refuse_unusable(environment.interpreter)
        with worker_folder(self.scratch) as folder:
            variables = worker_variables(environment, access, folder, self.scratch)
            log = folder / "log"
            try:
                reader, process = _started((*prefix, environment.interpreter), variables, log, inherited)
            except OSError as error:
                raise SampleError("error", f"no worker can be started: {error}; see the machine's load") from error
            assert process.stdin is not None  # opened as a pipe
            worker = WorkerProcess(process, process.stdin, reader, log)
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


def _started(
    interpreter: Sequence[str], variables: dict[str, str], log: Path, inherited: tuple[int, ...]
) -> tuple[int, subprocess.Popen[bytes]]:
    """Start a worker that writes to ``log``; return the end of the pipe by which it answers, and the process."""
    reader, writer = os.pipe()
    try:
        with log.open("wb") as output:
            worker = subprocess.Popen(
                [*interpreter, str(_PROGRAM), str(writer), str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                pass_fds=(writer, *inherited),
                env=variables,
                start_new_session=True,  # Ctrl-C is the parent's to handle
            )
    except BaseException:
        os.close(reader)
        raise
    finally:
        os.close(writer)
    return reader, worker
