"""Brokers: the embedded one leaves nothing, the user's own keeps what is not ours, and no message holds a password."""

from __future__ import annotations

import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from bench.broker.broker import Broker, open_broker
from bench.broker.embedded import BrokerError, StartedBroker, embedded_broker
from bench.broker.own import opened, without_secrets
from bench.errors import InputError
from tests.support.processes import is_running, spawn, wait_until

SERVE = """
import sys, time
from pathlib import Path
from bench.broker.broker import open_broker
from celery import Celery
with open_broker(sys.argv[2] if len(sys.argv) > 2 else None, Path(sys.argv[1])) as broker:
    app = Celery("a", broker=broker.url, fixups=[])
    app.conf.broker_transport_options = dict(broker.transport_options)
    app.send_task("a", queue=broker.queue)
    print(broker.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StartedBroker]:
    """A broker of somebody's own with a password, reached by TCP, which holds a key."""
    monkeypatch.setattr("bench.broker.embedded.SOCKET_PATH_BYTES", 0)
    with embedded_broker(tmp_path) as started:
        with opened(started.url) as channel:
            channel.client.set("theirs", "1")
        yield started


def keys(url: str) -> set[bytes]:
    with opened(url) as channel:
        return set(channel.client.keys("*"))


def send(broker: Broker) -> None:
    with Celery("a", broker=broker.url, set_as_current=False, fixups=[]) as app:
        app.conf.broker_transport_options = dict(broker.transport_options)
        app.send_task("a", queue=broker.queue)


def test_the_embedded_broker_writes_nothing_and_is_gone_afterwards(tmp_path: Path) -> None:
    with open_broker(None, tmp_path) as broker:
        send(broker)
        log, place = sorted(tmp_path.iterdir())
        assert (log.suffix, place.suffix) == (".log", ".sock")
        assert place.stat().st_mode & 0o077 == 0
        assert broker.url not in repr(broker)
    assert list(tmp_path.iterdir()) == []


def test_the_embedded_broker_ends_with_its_parent(tmp_path: Path) -> None:
    with spawn(SERVE, str(tmp_path)) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not is_running(pid), "the broker has ended")


def test_a_broker_whose_socket_would_have_too_long_a_path_has_a_password(own: StartedBroker) -> None:
    assert own.url.startswith("redis://:")
    assert own.url not in repr(own)
    bare = without_secrets(own.url)
    with pytest.raises(InputError, match=r"is not reached"), open_broker(bare, Path()):
        pass


def test_on_the_users_own_broker_only_ours_goes(own: StartedBroker, tmp_path: Path) -> None:
    with open_broker(own.url, tmp_path) as broker:
        assert broker.shown == without_secrets(own.url)
        send(broker)
        send(broker.emptied(1))
        assert len(keys(own.url)) > 2
    assert keys(own.url) == {b"theirs"}


def test_on_the_users_own_broker_ours_goes_even_where_we_are_killed(own: StartedBroker, tmp_path: Path) -> None:
    with spawn(SERVE, str(tmp_path), own.url) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "None\n"
        assert len(keys(own.url)) > 1
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while keys(own.url) != {b"theirs"}:
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("hunter2", "is no address"),
        ("redis://:hunter/2@host:6379/0", "is no address"),
        ("redis://:hunter2@host:port/0", "is no address"),
        ("http://me:hunter2@host/", "unknown kind"),
        ("redis://:hunter2@127.0.0.1:1/0", "broker redis://127.0.0.1:1/0 is not reached"),
        ("redis+socket:///nowhere/hunter", "is not reached"),
    ],
)
def test_a_wrong_address_is_refused_in_one_line_without_the_password(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said) as raised, open_broker(url, tmp_path):
        pass
    assert "hunter2" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_broker_that_cannot_write_its_socket_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda _: "known")
    (tmp_path / "broker-known.sock").mkdir()
    said = r"did not start: .*; name one of your own by --broker"
    with pytest.raises(BrokerError, match=said), embedded_broker(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["broker-known.sock"]
