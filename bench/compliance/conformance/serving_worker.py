"""A worker that answers one request after another, and is replaced when it ends early."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from bench.database.access import DatabaseAccess
from bench.harness.conversation import converse
from bench.harness.executor import ProcessExecutor, SampleError
from bench.harness.worker_process import WorkerProcess
from bench.jobs.environment import WorkerEnvironment
from bench.messages.request import AnswerT, Request

RAISED = "raised"
"""The kind of a SampleError whose worker goes on: what it ran raised an exception."""


class ServingWorker:
    """A ServingWorker starts its process on the first request, and a new one after one that failed to answer."""

    def __init__(self, executor: ProcessExecutor, environment: WorkerEnvironment, access: DatabaseAccess) -> None:
        """Every request is for ``environment`` and ``access``."""
        self._executor = executor
        self._environment = environment
        self._access = access
        self._stack = ExitStack()
        self._process: WorkerProcess | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def ask(self, request: Request[AnswerT], timeout_seconds: float) -> AnswerT:
        """Return the answer to ``request``. Raises SampleError, or InputError if the user's input is at fault."""
        if self._process is None:
            self._process = self._stack.enter_context(self._executor.open(self._environment, self._access))
        process = self._process
        process.start_anew()
        try:
            return converse(process, request, timeout_seconds)
        except SampleError as error:
            if not process.answered:
                self._end()
                raise
            raise SampleError(RAISED, str(error), error.log_tail) from error
        except BaseException:
            self._end()
            raise

    def _end(self) -> None:
        self._process = None
        self._stack.close()
