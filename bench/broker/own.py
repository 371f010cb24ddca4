"""The user's own broker: its address checked, shown without secrets, and reached before anything is measured."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, urlsplit

from bench.errors import InputError

SCHEMES = ("redis", "rediss", "redis+socket", "amqp", "amqps")
REACH_SECONDS = 5
_EXAMPLE = "write redis://:password@host:6379/0, redis+socket:///path or amqp://user:password@host:5672//"


def check_broker(url: str) -> None:
    """Raise InputError for an address that is malformed, of an unknown kind, or not reached. It is not repeated."""
    parts = _parts(url)
    if parts is None:
        raise InputError(f"--broker is no address of a broker; {_EXAMPLE}")
    if parts.scheme not in SCHEMES:
        raise InputError(f"--broker names a broker of an unknown kind; known are {', '.join(SCHEMES)}; {_EXAMPLE}")
    options = {"socket_connect_timeout": REACH_SECONDS, "socket_timeout": REACH_SECONDS} if is_redis(url) else {}
    try:
        with opened(url, options) as channel:
            if is_redis(url):
                channel.client.ping()
    except Exception as error:  # noqa: BLE001 - every transport has errors of its own
        # Whatever the library raises, its text may hold the address.
        raise InputError(
            f"the broker {without_secrets(url)} is not reached ({type(error).__name__}); check that it runs, and the "
            "address, user and password"
        ) from None


@contextmanager
def opened(url: str, options: Mapping[str, Any] | None = None) -> Iterator[Any]:
    """A channel of kombu's on the broker; whatever its transport raises comes through."""
    # Here, because the package belongs to an extra.
    from kombu import Connection

    with Connection(url, connect_timeout=REACH_SECONDS, transport_options=dict(options or {})) as connection:
        connection.ensure_connection(max_retries=1, timeout=REACH_SECONDS)
        yield connection.channel()


def is_redis(url: str) -> bool:
    """Whether ``url`` names a Valkey or a Redis."""
    return url.startswith("redis")


def without_secrets(url: str) -> str:
    """Return ``url`` without user, password and parameters."""
    parts = _parts(url)
    if parts is None:
        return "your broker"
    host = re.sub(r"^.*@", "", parts.netloc)
    return f"{parts.scheme}://{host}{parts.path}"


def _parts(url: str) -> SplitResult | None:
    """The parts of an address that has all that its scheme needs; None otherwise."""
    try:
        parts = urlsplit(url)
        has_place = bool(parts.path if parts.scheme.endswith("+socket") else parts.hostname)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return None
    # A raw @ or / in a password shifts what follows it into the parts that messages repeat.
    return parts if has_place and "@" not in f"{parts.path}{parts.hostname}" else None
