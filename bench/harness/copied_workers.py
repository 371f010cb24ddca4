"""Copied workers: a sample's worker made by fork of one that has started, for passes in which that changes no figure.

Every copy is a process of its own, below a supervisor of its own, which has not connected to the database yet. See
``bench/worker/copies.py`` for what may be copied, and docs/decisions.md for what is measured in processes started anew.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import socket
import subprocess
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.database.access import DatabaseAccess
from bench.errors import BenchError
from bench.harness.conversation import start
from bench.harness.starts import Starts, start_key
from bench.harness.worker_folder import worker_folder
from bench.harness.worker_process import WorkerProcess
from bench.harness.worker_variables import worker_variables
from bench.jobs.environment import WorkerEnvironment
from bench.messages.request import SampleRequest
from bench.messages.worker_line import Copied, Waited
from bench.worker.copies import COPIES, PROBES

MOST_ORIGINS = 6
"""Workers that wait to be copied, one for each implementation; each holds what its project imports."""
_SECONDS = 30.0
"""The timeout of a fork."""

Open = Callable[[WorkerEnvironment, DatabaseAccess | None, tuple[int, ...]], AbstractContextManager[WorkerProcess]]
"""Starts a worker that has the given descriptors."""


@dataclass(frozen=True)
class Origin:
    """An Origin is a worker that has started and takes no sample itself."""

    process: WorkerProcess
    probes: tuple[str, ...]
    """For which it may be copied."""
    control: socket.socket
    descriptor: int
    """The other end of ``control``, as the worker knows it."""
    resources: ExitStack


class CopiedWorkers:
    """CopiedWorkers keep the workers that are copied until ``close``; with nothing that starts them there are none."""

    def __init__(self, open_worker: Open | None, starts: Starts, scratch: Path) -> None:
        self._open = open_worker
        self._starts = starts
        self._scratch = scratch
        self._origins: OrderedDict[bytes, Origin] = OrderedDict()
        self._refused: set[bytes] = set()

    @property
    def waiting(self) -> frozenset[int]:
        """The ids of the supervisors of the workers that wait to be copied."""
        return frozenset(origin.process.pid for origin in self._origins.values())

    def wants(self, request: SampleRequest) -> bool:
        """Whether a worker for ``request`` is to be a copy, as far as is known."""
        if self._open is None or not _may_be_copied(request) or self._starts.apart(request) is False:
            return False
        key = self._key(request)
        return key not in self._refused and (key not in self._origins or request.probe in self._origins[key].probes)

    def copy(self, request: SampleRequest) -> AbstractContextManager[WorkerProcess] | None:
        """Return a copy for ``request``, or None where its worker has to be started. Raises SampleError."""
        origin = self._origin(request) if self.wants(request) else None
        return None if origin is None or request.probe not in origin.probes else self._copied(origin)

    def close(self) -> None:
        """End the workers that wait to be copied."""
        while self._origins:
            _, origin = self._origins.popitem()
            origin.resources.close()

    def _key(self, request: SampleRequest) -> bytes:
        """Return everything that a worker's start depends on."""
        variables = worker_variables(request.environment, request.access, Path(), self._scratch)
        return msgspec.json.encode((start_key(request).decode(), request.implementation, variables))

    def _origin(self, request: SampleRequest) -> Origin | None:
        key = self._key(request)
        if key in self._origins and self._origins[key].process.ended:
            self._forget(self._origins[key])
        if key not in self._origins:
            try:
                origin = self._started(request)
            except BenchError:
                origin = None  # a worker of its own says what is wrong
            if origin is None:
                self._refused.add(key)
                return None
            self._origins[key] = origin
            if len(self._origins) > MOST_ORIGINS:
                _, oldest = self._origins.popitem(last=False)
                oldest.resources.close()
        self._origins.move_to_end(key)
        return self._origins[key]

    def _started(self, request: SampleRequest) -> Origin | None:
        """Start a worker to be copied; None where it may not be. Raises as ``start``."""
        assert self._open is not None  # asked before
        with ExitStack() as stack:
            ours, theirs = socket.socketpair()
            stack.enter_context(ours)
            with theirs:
                process = stack.enter_context(self._open(request.environment, request.access, (theirs.fileno(),)))
                descriptor = theirs.fileno()
            with self._starts.watched(request):
                probes = start(process, request, COPIES).copied_for
            if self._starts.apart(request) and probes:
                return Origin(process, probes, ours, descriptor, stack.pop_all())
        return None

    @contextmanager
    def _copied(self, origin: Origin) -> Iterator[WorkerProcess]:
        with worker_folder(self._scratch) as folder:
            log = folder / "log"
            # What the project printed while it started belongs to every sample.
            shutil.copyfile(origin.process.log, log)
            commands, answers = os.pipe(), os.pipe()
            try:
                with log.open("ab") as output:
                    descriptors = [commands[0], output.fileno(), answers[1]]
                    with suppress(BrokenPipeError):  # of an origin that has ended; it does not answer either
                        socket.send_fds(origin.control, [b"\0"], descriptors)
            finally:
                os.close(commands[0])
                os.close(answers[1])
            try:
                copy = origin.process.ask(Copied, _SECONDS, "copy", descriptor=origin.descriptor, folder=str(folder))
            except BaseException:
                os.close(commands[1])
                os.close(answers[0])
                self._forget(origin)
                raise
            handle = _Copy(origin.process, copy.pid)
            worker = WorkerProcess(handle, os.fdopen(commands[1], "wb"), answers[0], log)
            try:
                yield worker
            finally:
                worker.discard()
                handle.close()

    def _forget(self, origin: Origin) -> None:
        for key, one in tuple(self._origins.items()):
            if one is origin:
                del self._origins[key]
        origin.resources.close()


def _may_be_copied(request: SampleRequest) -> bool:
    if request.probe not in PROBES or not hasattr(os, "pidfd_open"):
        return False
    # Copies would share a folder that is to be empty.
    return not any("{home}" in value for value in request.environment.variables.values())


class _Copy:
    """The Handle of a copy, which is a child of the worker that it was copied from."""

    def __init__(self, origin: WorkerProcess, pid: int) -> None:
        self.pid = pid
        self._origin = origin
        self._descriptor = os.pidfd_open(pid)
        self._code: int | None = None

    def poll(self) -> int | None:
        """See ``Handle``."""
        return self._code if self._code is not None or not self._ended(0) else self._wait()

    def wait(self, timeout: float | None = None) -> int:
        """See ``Handle``."""
        if self._code is None and not self._ended(timeout):
            raise subprocess.TimeoutExpired([str(self.pid)], timeout or 0)
        return self._wait()

    def terminate(self) -> None:
        """See ``Handle``."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._descriptor, signal.SIGTERM)

    def close(self) -> None:
        """Forget the process."""
        os.close(self._descriptor)

    def _ended(self, timeout: float | None) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._descriptor, selectors.EVENT_READ)
            return bool(selector.select(timeout))

    def _wait(self) -> int:
        if self._code is None:
            try:
                self._code = self._origin.ask(Waited, _SECONDS, "wait", pid=self.pid).code
            except BenchError:
                self._code = -signal.SIGKILL  # with its origin, the only one that it tells
        return self._code
