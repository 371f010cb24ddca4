"""One pool: started, given its queue, watched until every task is settled, ended, and its rows checked."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench.broker.broker import Broker
from bench.broker.embedded import BrokerError
from bench.database.server_process import cpu_seconds
from bench.declare.storage import Storage
from bench.harness.executor import START_SECONDS, ProcessExecutor, SampleError
from bench.harness.stage import DataStage
from bench.harness.worker_process import WorkerProcess
from bench.jobs.implementation import Implementation
from bench.jobs.job import Loaded
from bench.messages.worker_line import Started
from bench.pool.journal import JournalReader, TaskLog, TaskLogs
from bench.pool.limit import Choice, Limit, opened_limit
from bench.pool.memory import backend_bytes
from bench.pool.outcome import pool_run
from bench.pool.rows import end_left_sessions
from bench.pool.watch import LOOK_SECONDS, PoolWatch
from bench.process import is_alive
from bench.results.pool import PoolRun, PoolSettings
from bench.worker.pool import MOST_DELIVERIES, TASK, PoolOptions

LOST_SECONDS = 10.0
"""Celery's default: how long it waits for the result of a child that has gone before it gives its task back."""
_END_SECONDS = 15.0
_BACKENDS_EVERY = 0.25
_POLL_SECONDS = 0.1
"""How often is checked whether the pool has ended by itself."""


@dataclass(frozen=True, kw_only=True)
class PoolTrial:
    """A PoolTrial is one pool to start: which implementation, on which of the loaded data, and how."""

    implementation: Implementation
    storage: Storage
    keeps_whole: bool
    """Whether the implementation promises that a crash leaves old rows or new ones."""
    calls: tuple[tuple[str, Loaded], ...]
    """The data of each task with its label, in the order of the queue; none occurs twice."""
    settings: PoolSettings
    timeout_seconds: float
    """How long nothing may happen."""
    limit_choice: Choice = "auto"
    stop_at_kill: bool = False
    """Whether the first kill ends the pool: for the search of a size."""
    lost_seconds: float = LOST_SECONDS


@dataclass
class _Going:
    """What one pool has come to."""

    tasks: TaskLogs
    watch: PoolWatch
    failure: str = ""
    log_tail: str = ""
    idle_bytes: int = 0
    backend_peak: int | None = None


def run_pool(
    data: DataStage,
    broker: Broker,
    trial: PoolTrial,
    postmaster: int | None,
    progress: Callable[[str], None],
) -> tuple[PoolRun, TaskLogs]:
    """Carry ``trial`` out on reset tables; the caller then checks the rows. Raises BrokerError and InputError.

    A pool that ends too early, or in which nothing happens any more, is a ``failure`` of its run.
    """
    executor = data.executor
    assert isinstance(executor, ProcessExecutor)  # pools are processes
    settings = trial.settings
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pool-", dir=executor.scratch)))
        limit = None
        if settings.limit_bytes is not None:
            limit = stack.enter_context(opened_limit(settings.limit_bytes, trial.limit_choice))
            settings = replace(settings, limit_by=limit.by)
        environment = trial.implementation.environment
        environment = replace(environment, variables={**environment.variables, **settings.variables})
        worker = stack.enter_context(
            executor.open(environment, data.access, prefix=() if limit is None else limit.prefix)
        )
        worker.send(_command(trial, broker, limit, folder, data))
        going = _Going(
            tasks=TaskLogs(iter(range(len(trial.calls)))),
            watch=PoolWatch(worker.pid, limit),
        )
        before = None if postmaster is None else cpu_seconds(postmaster)
        _Loop(data, broker, trial, worker, folder, going, postmaster, progress).run()
        after = None if postmaster is None else cpu_seconds(postmaster)
        going.log_tail = worker.log_tail
    end_left_sessions(data.access)
    server_cpu = None if before is None or after is None else after - before
    return (
        pool_run(
            trial.implementation.name,
            settings,
            tuple(label for label, _ in trial.calls),
            going.tasks,
            going.watch,
            idle_bytes=going.idle_bytes,
            server_cpu_seconds=server_cpu,
            backend_peak_bytes=going.backend_peak,
            failure=going.failure,
            log_tail=going.log_tail if going.failure else "",
        ),
        going.tasks,
    )


def _command(trial: PoolTrial, broker: Broker, limit: Limit | None, folder: Path, data: DataStage) -> dict[str, Any]:
    settings, implementation = trial.settings, trial.implementation
    environment = implementation.environment
    options = PoolOptions(
        broker=broker.url,
        transport_options=broker.transport_options,
        queue=broker.queue,
        concurrency=settings.concurrency,
        tasks_per_child=settings.tasks_per_child,
        max_memory_per_child=(settings.max_memory_per_child_bytes or 0) // 1024,
        cold=settings.start == "cold",
        redeliver=settings.redeliver,
        lost_seconds=trial.lost_seconds,
        journal=str(folder / "journal"),
        groups=() if limit is None else limit.groups,
    )
    return {
        "command": "pool",
        "path": environment.path,
        "settings": environment.settings,
        "set_up": environment.set_up,
        "context": data.loaded.context,
        "name": implementation.name,
        "function": implementation.function,
        "options": asdict(options),
    }


class _Loop:
    """Watches one pool from its start to its end."""

    def __init__(
        self,
        data: DataStage,
        broker: Broker,
        trial: PoolTrial,
        worker: WorkerProcess,
        folder: Path,
        going: _Going,
        postmaster: int | None,
        progress: Callable[[str], None],
    ) -> None:
        self._data = data
        self._broker = broker
        self._trial = trial
        self._worker = worker
        self._reader = JournalReader(folder / "journal")
        self._going = going
        self._postmaster = postmaster
        self._progress = progress
        self._moved = time.monotonic()
        self._said = ""

    def run(self) -> None:
        """Start the tasks once the pool is ready, and end it once all are settled."""
        if not self._wait_for_ready():
            return
        self._send_tasks()
        ready = self._going.tasks.ready
        assert ready is not None  # it was waited for
        self._watch(ready.pid)
        if not self._going.failure:
            self._end(ready.pid)

    def _wait_for_ready(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._read()
            self._going.watch.look(None)
            if self._going.tasks.ready is not None:
                break
            if self._ended() or self._broker_ended():
                return False
            if time.monotonic() > deadline:
                self._going.failure = f"the pool was not ready within {START_SECONDS:g} s"
                return False
            time.sleep(LOOK_SECONDS)
        self._going.watch.settle()
        self._going.idle_bytes = self._going.watch.readings[-1].pss_bytes
        return True

    def _send_tasks(self) -> None:
        # Here, because the package belongs to an extra.
        from celery import Celery

        with Celery("bench", broker=self._broker.url, set_as_current=False, fixups=[]) as app:
            app.conf.broker_transport_options = dict(self._broker.transport_options)
            app.conf.task_ignore_result = True
            for number, (_, loaded) in enumerate(self._trial.calls):
                app.send_task(
                    TASK, kwargs={"number": number, "arguments": dict(loaded.arguments)}, queue=self._broker.queue
                )
        self._moved = time.monotonic()

    def _watch(self, parent: int) -> None:
        going, trial = self._going, self._trial
        polled = backends = 0.0
        while not self._settled():
            going.watch.look(parent)
            self._read()
            now = time.monotonic()
            if now - polled >= _POLL_SECONDS:
                polled = now
                going.watch.note_gone(going.tasks, self._read)
                self._say()
                if self._ended() or self._broker_ended():
                    return
                if now - self._moved > trial.timeout_seconds + trial.lost_seconds:
                    going.failure = (
                        f"nothing happened for {now - self._moved:.0f} s; raise --timeout if a call takes longer"
                    )
                    return
            if self._postmaster is not None and now - backends >= _BACKENDS_EVERY:
                backends = now
                going.backend_peak = max(
                    going.backend_peak or 0, backend_bytes(self._postmaster, self._data.access.database)
                )
            if trial.stop_at_kill and going.watch.kills:
                return
            time.sleep(LOOK_SECONDS)

    def _settled(self) -> bool:
        return all(map(self._is_settled, self._going.tasks.tasks.values()))

    def _is_settled(self, task: TaskLog) -> bool:
        return task.finished or bool(task.error or task.lost) or task.kills >= MOST_DELIVERIES

    def _read(self) -> None:
        for entry in self._reader.entries():
            self._going.tasks.take(entry)
            self._moved = time.monotonic()

    def _say(self) -> None:
        tasks = self._going.tasks.tasks.values()
        finished, kills = sum(task.finished for task in tasks), len(self._going.watch.kills)
        said = f"{finished} of {len(tasks)} finished" + (f", {kills} killed" if kills else "")
        if said != self._said:
            self._said = said
            self._progress(said)

    def _ended(self) -> bool:
        """Note why the pool has ended, if it has. Raises InputError where the user's input is at fault."""
        if not self._worker.has_answered():
            return False
        try:
            self._worker.receive(Started, _END_SECONDS)
        except SampleError as error:
            self._going.failure = f"the pool ended: {error}"
        else:
            self._going.failure = "the pool ended by itself"
        return True

    def _broker_ended(self) -> bool:
        pid = self._broker.pid
        if pid is not None and not is_alive(pid, 0):
            raise BrokerError("the embedded broker has ended; see the machine's memory and log, then run again")
        return False

    def _end(self, parent: int) -> None:
        """Ask Celery to end as production does, by SIGTERM; what does not end is killed with the worker."""
        if self._trial.stop_at_kill and self._going.watch.kills:
            return
        with suppress(ProcessLookupError):
            os.kill(parent, signal.SIGTERM)
        with suppress(SampleError):
            self._worker.receive(Started, _END_SECONDS)
