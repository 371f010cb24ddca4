"""A Broker: the address at which tasks are queued, and the names under which one run queues them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.broker.embedded import embedded_broker
from bench.broker.own import check_broker, is_redis, without_secrets
from bench.broker.traces import drop_queue, removed_afterwards


@dataclass(frozen=True, kw_only=True)
class Broker:
    """A Broker is one that is reached, for one run."""

    url: str = field(repr=False)
    """As kombu takes it; may hold a password, so not shown."""
    shown: str
    """What reports call it: without user and password."""
    queue: str
    """The name of this run's queue."""
    transport_options: Mapping[str, Any] = field(default_factory=dict)
    """For kombu; every key in a Valkey or Redis begins with the queue's name, so that nothing of others is touched."""
    pid: int | None = None
    """Of the embedded server; None for the user's own broker."""

    def emptied(self, number: int) -> Broker:
        """Return it with nothing queued: what workers were killed over would otherwise be handed to the next ones.

        ``number`` differs for each use of the same broker.
        """
        if is_redis(self.url):
            return replace(
                self, transport_options={**self.transport_options, "global_keyprefix": f"{self.queue}:{number}:"}
            )
        drop_queue(self.url, self.queue)
        return self


@contextmanager
def open_broker(url: str | None, folder: Path) -> Iterator[Broker]:
    """Start an embedded broker with its files in ``folder``, or reach the user's own at ``url``.

    Afterwards nothing of the run is left there; so it is when this process is killed. Raises InputError for an address
    that is malformed or not reached, BrokerError where the embedded one does not start.
    """
    queue = f"bench-{secrets.token_hex(6)}"
    if url is None:
        with embedded_broker(folder) as started:
            options = _options(started.url, queue)
            yield Broker(
                url=started.url, shown="embedded Valkey", queue=queue, transport_options=options, pid=started.pid
            )
        return
    check_broker(url)
    with removed_afterwards(url, queue):
        yield Broker(url=url, shown=without_secrets(url), queue=queue, transport_options=_options(url, queue))


def _options(url: str, queue: str) -> dict[str, Any]:
    # As production has it: a task that takes long is not handed out twice.
    return {"visibility_timeout": 86_400, "global_keyprefix": f"{queue}:"} if is_redis(url) else {}
