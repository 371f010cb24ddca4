"""A node: a Celery worker that measures one case at a time for the runs which know its key."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

from bench.broker.own import check_broker
from bench.broker.traces import removed_afterwards
from bench.harness.scratch import scratch_folder
from bench.nodes.carrying import Node
from bench.nodes.heart import Heart
from bench.nodes.messages import QUEUE, TASK, Beat, node_prefix, transport_options
from bench.nodes.options import NodeOptions
from bench.process import boot_id


def serve(options: NodeOptions, say: Callable[[str], None]) -> None:
    """Be a node until this process is asked to end by SIGINT or SIGTERM. Raises InputError and DatabaseError.

    ``say`` is called with what happens, also from another thread.
    """
    beat = Beat(node=options.id, name=options.name, count=0, boot=boot_id(), machine=options.machine)
    heart = Heart(options.url, options.key, beat, say)
    check_broker(options.url)
    with scratch_folder() as scratch, removed_afterwards(options.url, node_prefix(options.id)):
        node = Node(options, heart, scratch, say)
        heart.start()
        try:
            _consume(options, node)
        finally:
            heart.stop()
            node.close()


def _consume(options: NodeOptions, node: Node) -> None:
    """Take cases from the queue, one after another, until the node is asked to end."""
    # Here, because the packages belong to an extra.
    from celery import Celery
    from celery.exceptions import WorkerShutdown
    from kombu import Queue

    for name in ("celery", "kombu"):
        # What they have to say of a lost connection the heart says; nothing of theirs may show the address.
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    app = Celery("bench", broker=options.url, set_as_current=False, fixups=[])
    app.conf.update(
        accept_content=["json"],
        broker_connection_max_retries=None,
        broker_connection_retry_on_startup=True,
        broker_transport_options=transport_options(options.id),
        task_acks_late=True,
        task_create_missing_queues=False,
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_queues=[Queue(QUEUE, exchange="")],
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_redirect_stdouts=False,
    )

    @app.task(name=TASK)
    def measure(sealed: Any) -> None:
        node.take(sealed)
        if node.ending:
            raise WorkerShutdown(0)

    def end(_number: int, _frame: FrameType | None) -> None:
        node.end()
        if not node.busy:
            raise WorkerShutdown(0)

    worker = app.WorkController(
        hostname=f"{options.id}@localhost",
        pool="solo",
        concurrency=1,
        loglevel="ERROR",
        task_events=False,
        without_gossip=True,
        without_heartbeat=True,
        without_mingle=True,
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)
    worker.start()
