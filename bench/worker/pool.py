"""The pool: a Celery worker in this process, whose prefork children call the function as production's workers do.

What happens goes to a journal, a file of JSON lines that the parent reads: a child that is killed still has said what
it was doing.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .failure import InputFault, describe
from .json_value import as_json
from .process import end_with_parent

TASK = "bench.call"
"""The name of the task: its arguments are ``number``, by which the journal names it, and ``arguments`` of the call."""

MOST_DELIVERIES = 3
"""How often a task is called that ends each time by the kill of its child; it would kill others with it for ever.
Production has no such end."""

_UP_SECONDS = 60.0
"""How long a child may take to come up; Celery's own 4 s kill children of a busy machine."""


@dataclass(frozen=True, kw_only=True)
class PoolOptions:
    """The PoolOptions are how the worker runs; all of it travels as JSON."""

    broker: str
    transport_options: Mapping[str, Any]
    queue: str
    concurrency: int
    tasks_per_child: int
    """0: a child is never replaced."""
    max_memory_per_child: int
    """Kilobytes of RSS after which Celery replaces a child once its task ends; 0: never."""
    cold: bool
    """Whether each child runs the environment's hook in its first task; else the worker does before it forks."""
    redeliver: bool
    """Whether a task whose child was killed goes back to the queue."""
    lost_seconds: float
    """How long Celery waits for the result of a child that has gone."""
    journal: str
    groups: tuple[str, ...]
    """Files of control groups that the worker enters by writing its process id."""


def enter_groups(groups: tuple[str, ...]) -> None:
    """Enter the control groups, before anything is allocated that should count there. Raises InputFault."""
    for path in groups:
        try:
            Path(path).write_text(str(os.getpid()), encoding="ascii")
        except OSError as error:
            raise InputFault(
                f"the control group {Path(path).parent} cannot be entered: {error.strerror}; choose another --limit-by"
            ) from error


def serve(function: Callable[..., Any], hook: Callable[[], None], options: PoolOptions) -> None:
    """Be the worker until it is asked to end by SIGTERM. Raises InputFault where Celery is missing."""
    try:
        from celery import Celery, signals
        from kombu import Queue
    except ImportError as error:
        raise InputFault(
            f"the pool needs Celery, which cannot be imported here ({error}); install 'celery[redis]>=5.6' in the "
            "environment of the implementation"
        ) from error
    worker = os.getpid()
    journal = Journal(Path(options.journal))
    app = Celery("bench", broker=options.broker, set_as_current=True)
    app.conf.update(
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        broker_transport_options=dict(options.transport_options),
        task_acks_late=True,
        task_create_missing_queues=False,
        task_default_queue=options.queue,
        task_ignore_result=True,
        task_queues=[Queue(options.queue)],
        task_reject_on_worker_lost=options.redeliver,
        task_serializer="json",
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_lost_wait=options.lost_seconds,
        worker_prefetch_multiplier=1,
        worker_proc_alive_timeout=_UP_SECONDS,
        worker_redirect_stdouts=False,
    )
    body = Call(function, hook if options.cold else lambda: None, journal)

    @app.task(name=TASK)
    def call(number: int, arguments: Mapping[str, Any]) -> None:
        body.make(number, arguments)

    def lost(exception: BaseException, kwargs: Mapping[str, Any], **_: Any) -> None:
        # In the worker itself, where a child has gone and its task does not go back to the queue.
        if os.getpid() == worker:
            journal.write("lost", task=kwargs["number"], error=describe(exception))

    def ready(**_: Any) -> None:
        journal.write("ready")

    def child(**_: Any) -> None:
        # Their worker may be killed, and then has no chance to end them.
        end_with_parent(worker, signal.SIGKILL)

    # Celery holds receivers weakly unless asked otherwise.
    signals.task_failure.connect(lost, weak=False)
    signals.worker_ready.connect(ready, weak=False)
    signals.worker_process_init.connect(child, weak=False)
    if not options.cold:
        hook()
    app.Worker(
        hostname=f"{options.queue}@localhost",
        pool="prefork",
        concurrency=options.concurrency,
        max_tasks_per_child=options.tasks_per_child or None,
        max_memory_per_child=options.max_memory_per_child or None,
        loglevel="WARNING",
        quiet=True,
        task_events=False,
        without_gossip=True,
        without_heartbeat=True,
        without_mingle=True,
    ).start()


class Journal:
    """A Journal takes lines of several processes, each in one write, so that none is torn."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, event: str, **details: Any) -> None:
        """Add a line with the process, the time and the memory of now."""
        entry = {"event": event, "pid": os.getpid(), "seconds": time.monotonic(), **own_memory(), **details}
        # Opened each time: a child that Celery forks may have closed what it inherited.
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, json.dumps(entry).encode() + b"\n")
        finally:
            os.close(descriptor)

    def begun(self, task: int) -> int:
        """Return how many calls of a task have begun."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return 0
        entries = map(json.loads, lines)
        return sum(one["event"] == "begin" and one["task"] == task for one in entries)


class Call:
    """A Call is the body of the task; the hook runs once in each child."""

    def __init__(self, function: Callable[..., Any], hook: Callable[[], None], journal: Journal) -> None:
        self._function = function
        self._hook = hook
        self._journal = journal
        self._prepared = False

    def make(self, number: int, arguments: Mapping[str, Any]) -> None:
        """Make the call; its outcome goes to the journal. Raises whatever the function does."""
        # A task that has come to an end does not come back, so each of these calls was killed. The journal says so at
        # once; the process that watches learns of a kill later, when the task may have been handed out again.
        if self._journal.begun(number) >= MOST_DELIVERIES:
            return
        self._journal.write("begin", task=number)
        try:
            if not self._prepared:
                self._hook()
                self._prepared = True
            outcome = as_json(self._function(**arguments))
        except BaseException as error:
            self._journal.write("error", task=number, error=describe(error))
            raise
        self._journal.write("end", task=number, outcome=outcome)


def own_memory() -> dict[str, int]:
    """Return ``pss_bytes`` and ``rss_bytes`` of this process; empty where the system does not say."""
    found = {}
    try:
        for line in Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines():
            name, _, rest = line.partition(":")
            if name in {"Pss", "Rss"}:
                found[f"{name.lower()}_bytes"] = int(rest.split()[0]) * 1024
    except OSError:
        return {}
    return found
