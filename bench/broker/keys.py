"""Keys of ours on a Valkey or Redis: read and written one by one, over connections that come and go."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from bench.broker.own import is_redis, without_secrets
from bench.errors import BenchError, InputError

_TIMEOUT_SECONDS = 5.0
_AT_ONCE = 1_000
"""How many keys the broker is asked to look at between two answers."""


_LONGEST_PAUSE = 8.0
"""Between two attempts to reach a broker that is lost."""


def longer(pause: float) -> float:
    """Return the seconds to wait before the next attempt to reach a broker, after a pause of so many."""
    return min(2 * pause, _LONGEST_PAUSE)


class BrokerLostError(BenchError):
    """The broker is not reached at the moment; the same may work later."""


class Keys:
    """Keys are text under names on one broker. For one thread; every method raises BrokerLostError."""

    def __init__(self, url: str) -> None:
        """Raise InputError for a broker without keys."""
        if not is_redis(url):
            raise InputError("nodes need a broker with keys, a Valkey or a Redis; write redis://:password@host:6379/0")
        self._url = url
        self._connection: Any = None
        self._client: Any = None

    def named(self, pattern: str) -> tuple[str, ...]:
        """Return the names that match ``pattern``, in which ``*`` stands for anything, in order."""
        return tuple(sorted(self._call(lambda client: [*client.scan_iter(match=pattern, count=_AT_ONCE)])))

    def values(self, names: Sequence[str]) -> tuple[str | None, ...]:
        """Return what is under ``names``, None where nothing is."""
        return tuple(self._call(lambda client: client.mget(list(names)))) if names else ()

    def put(
        self, name: str, value: str, *, seconds: int | None = None, if_new: bool = False, if_known: bool = False
    ) -> bool:
        """Put ``value`` under ``name``, for ``seconds`` or for good; False where a condition forbids it."""
        return bool(self._call(lambda client: client.set(name, value, ex=seconds, nx=if_new, xx=if_known)))

    def drop(self, *names: str) -> None:
        """Drop what is under ``names``."""
        self._call(lambda client: client.delete(*names))

    def close(self) -> None:
        """Close the connections."""
        connection, self._connection, self._client = self._connection, None, None
        if connection is not None:
            with suppress(Exception):  # whatever a transport raises, it is gone then
                connection.release()

    def _call(self, ask: Any) -> Any:
        # Here, because the packages belong to an extra.
        from kombu import Connection
        from kombu.exceptions import OperationalError
        from redis.exceptions import RedisError

        try:
            if self._client is None:
                options = {"socket_connect_timeout": _TIMEOUT_SECONDS, "socket_timeout": _TIMEOUT_SECONDS}
                self._connection = Connection(self._url, transport_options=options)
                self._client = self._connection.channel().client
            return _texts(ask(self._client))
        except (RedisError, OperationalError, OSError, UnicodeDecodeError) as error:
            self.close()
            # The library's text may hold the address.
            raise BrokerLostError(
                f"the broker {without_secrets(self._url)} is not reached ({type(error).__name__})"
            ) from None


def _texts(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_texts(one) for one in answer]
    return answer.decode() if isinstance(answer, bytes) else answer
