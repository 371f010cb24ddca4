"""Traces on the user's own broker: the process that removes a run's queue and keys when its parent ends.

``python -m bench.broker.traces`` reads one line of JSON, ``{"parent", "url", "queue"}``, from its standard input, which
the parent keeps open. The pipe's end, which comes with the parent's death even by ``kill -9``, is the sign to remove
everything. The answer is one line: what could not be done, or nothing.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bench.broker.own import is_redis, opened, without_secrets
from bench.errors import DatabaseError

PATIENCE_SECONDS = 15.0
"""How long a broker that cannot be reached is tried again."""
_PAUSE_SECONDS = 0.5


@contextmanager
def removed_afterwards(url: str, queue: str) -> Iterator[None]:
    """Have the queue, and every key that begins with its name, removed after the block or when this process dies.

    Raises DatabaseError where that fails, unless the block has raised.
    """
    process = subprocess.Popen(
        # -P: the working directory must not become the first place to import from.
        [sys.executable, "-P", "-m", "bench.broker.traces"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin is not None  # opened as a pipe
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps({"parent": os.getpid(), "url": url, "queue": queue}).encode() + b"\n")
        process.stdin.flush()
    try:
        yield
    except BaseException:
        process.communicate()
        raise
    answer, _ = process.communicate()
    left = answer.decode(errors="replace").strip() if answer.endswith(b"\n") else _remove(url, queue)
    if left:
        raise DatabaseError(
            f"left on the broker {without_secrets(url)}: what begins with {queue} ({left}); remove it by hand"
        )


def drop_queue(url: str, queue: str) -> None:
    """Drop a queue of a broker that has queues as objects, with the exchange of its name."""
    with opened(url) as channel:
        channel.queue_delete(queue=queue)
        channel.exchange_delete(exchange=queue)


def main() -> None:
    """Wait for the parent's end, then remove what the run made."""
    # Ctrl-C and a closed terminal are the parent's to handle.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        return
    plan = json.loads(line)
    # A process that the parent forked may hold the pipe open after its death, so the parent is checked as well.
    while not select.select([sys.stdin], [], [], 0.5)[0] and os.getppid() == plan["parent"]:
        pass
    left = _remove(plan["url"], plan["queue"])
    try:
        sys.stdout.write(f"{left}\n")
        sys.stdout.flush()
    except BrokenPipeError:  # the parent was killed
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _remove(url: str, queue: str) -> str:
    """Remove the queue and its keys; return why that failed, in a word, or ''."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            _remove_once(url, queue)
        except Exception as error:  # noqa: BLE001 - whatever the library raises, its text may hold the address
            if time.monotonic() > deadline:
                return type(error).__name__
        else:
            return ""
        time.sleep(_PAUSE_SECONDS)


def _remove_once(url: str, queue: str) -> None:
    if not is_redis(url):
        drop_queue(url, queue)
        return
    with opened(url) as channel:
        keys = list(channel.client.scan_iter(match=f"{queue}:*"))
        if keys:
            channel.client.delete(*keys)


if __name__ == "__main__":
    main()
