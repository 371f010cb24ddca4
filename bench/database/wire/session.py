"""One client's connection through the wire, in a thread of its own."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from bench.database.wire.counts import PENDING, REPORT, Reading, reading_of
from bench.database.wire.cursors import Cursors
from bench.database.wire.explain import Explainer, RefusedError
from bench.database.wire.frames import Frames, frame, query, row_values, without_channel_binding
from bench.database.wire.group import UNNAMED, Group, Prepared
from bench.database.wire.ledger import Executed, Ledger
from bench.database.wire.upstream import Upstream
from bench.worker.probes.call_site import verb

_ENCRYPTION_REQUESTS = (80877103, 80877104)
_CANCEL = 80877102
_CHUNK = 262_144
_PATIENCE_SECONDS = 10.0
_ANSWERED = (3, 5, 7, 8, 10, 11)
"""Requests of authentication that the client answers."""
_IDLE, _IN_TRANSACTION = b"I", b"T"

_FREE = frozenset({"BEGIN", "START", "SAVEPOINT", "RELEASE", "SET", "RESET", "SHOW", "DEALLOCATE", "LISTEN", ""})
"""Statements that touch no table. Some must come before a transaction's first query, so that nothing may be asked."""
_CLOSING = frozenset({"COMMIT", "END", "ROLLBACK", "ABORT"})
"""Statements that are not to blame for what the one before them did."""


class Session:
    """A Session passes frames from a client to the server and back, and asks the server between two statements."""

    def __init__(
        self,
        client: socket.socket,
        upstream: Upstream,
        ledger: Ledger,
        explainer: Explainer,
        kind: Callable[[str], str],
    ) -> None:
        self._client = client
        self._upstream = upstream
        self._ledger = ledger
        self._kind = kind
        self._explainer = explainer
        self._server: socket.socket | None = None
        self._from_client, self._from_server = Frames(), Frames()
        self._waiting: deque[bytes] = deque()
        """Frames of the client that are not forwarded yet."""
        self._answers: deque[bytes] = deque()
        """Frames of the server that are not forwarded yet."""
        self._prepared = Prepared()
        self._group = Group(self._prepared)
        self._busy = False
        """Whether the server has yet to say that it is ready."""
        self._status = _IDLE
        self._unsettled: list[Executed] = []
        """Statements whose work has not been read: their transaction has failed."""
        self._cursors = Cursors()
        self.pid = 0
        """Of the server's process."""
        self.latest = ""
        """The kind of the last statement that the client sent."""
        self.fault = ""
        """What went wrong in the wire itself."""
        self.thread = threading.Thread(target=self._run, name="bench-wire", daemon=True)

    def close(self) -> None:
        """End the connection, from whatever thread."""
        for one in (self._client, self._server):
            if one is not None:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        try:
            if self._greeted():
                self._serve()
        except (ConnectionError, EOFError):
            pass  # either side may go at any time
        except Exception as error:  # noqa: BLE001 - the parent reports it; the client sees its connection end
            self.fault = f"{type(error).__name__}: {error}"
        finally:
            self._client.close()
            if self._server is not None:
                self._await_end(self._server)
                self._server.close()
            self._ledger.ended(self)

    def _await_end(self, server: socket.socket) -> None:
        """Wait until the server's process is gone, which reports its counts before it goes."""
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)
            server.settimeout(_PATIENCE_SECONDS)
            while server.recv(_CHUNK):
                pass

    def _greeted(self) -> bool:
        """Pass on what precedes the first statement; return whether there will be any."""
        while True:
            start = _exactly(self._client, 8)
            length, code = struct.unpack("!II", start)
            if code not in _ENCRYPTION_REQUESTS:
                break
            self._client.sendall(b"N")
        start += _exactly(self._client, length - len(start))
        self._server = self._upstream.connect()
        self._server.sendall(start)
        if code == _CANCEL:
            with suppress(OSError):
                self._server.recv(1)  # the server closes the connection once it has sent the signal
            return False
        while True:
            answer = self._answer()
            kind = answer[:1]
            if kind == b"R" and answer[5:9] == struct.pack("!I", 10):
                answer = without_channel_binding(answer)
            self._client.sendall(answer)
            if kind == b"R" and struct.unpack("!I", answer[5:9])[0] in _ANSWERED:
                self._server.sendall(self._request())
            elif kind == b"K":
                self.pid = int.from_bytes(answer[5:9])
            elif kind == b"Z":
                return True

    def _serve(self) -> None:
        assert self._server is not None  # greeted
        with selectors.DefaultSelector() as selector:
            selector.register(self._client, selectors.EVENT_READ, "client")
            selector.register(self._server, selectors.EVENT_READ, "server")
            while True:
                if self._forward_requests():
                    return
                self._forward_answers()
                if self._answers or (self._waiting and not self._busy):
                    continue
                for key, _ in [] if self._pending_bytes() else selector.select():
                    if key.data == "client":
                        self._waiting += self._from_client.feed(_some(self._client))
                    else:
                        self._answers += self._from_server.feed(_some(self._server))
                if self._pending_bytes():
                    self._answers += self._from_server.feed(_some(self._server))

    def _pending_bytes(self) -> bool:
        """Whether a TLS layer holds bytes that the socket no longer shows."""
        pending = getattr(self._server, "pending", None)
        return pending is not None and pending() > 0

    def _forward_requests(self) -> bool:
        """Forward what may go to the server now; return whether the client takes its leave."""
        assert self._server is not None
        while self._waiting:
            kind = self._waiting[0][:1]
            if self._busy:
                # A client that sends rows by the extended protocol closes with a Sync that is answered, because the
                # server ignores one during a COPY.
                if not (self._group.copies and kind in {b"d", b"c", b"f", b"H", b"S"}):
                    return False
                self._server.sendall(self._waiting.popleft())
                continue
            request = self._waiting.popleft()
            if kind == b"X":
                self._server.sendall(request)
                return True
            if kind in {b"d", b"c", b"f"}:
                continue  # of a COPY that the server has given up
            self._group.add(request)
            if self._group.whole:
                self._start()
            elif kind == b"H":
                self._send_group()
        return False

    def _start(self) -> None:
        """Send the group, whose end the server answers."""
        sole = self._group.sole
        self._busy = True
        self._ledger.runs(self)
        if sole is not None and self._status in {_IDLE, _IN_TRANSACTION}:
            error = self._explainer.explain(self, sole, in_transaction=self._status == _IN_TRANSACTION)
            if error:
                # The transaction has failed, and the statement, which would have failed alike, cannot be sent any more.
                self._answers += (error, frame(b"Z", b"I" if self._status == _IDLE else b"E"))
                return
        self._send_group()

    def _send_group(self) -> None:
        assert self._server is not None
        group = self._group
        known = self._prepared.parses.get(UNNAMED)
        if group.needs_unnamed and known is not None:
            self._server.sendall(known + b"H\0\0\0\4")
            while (answer := self._answer())[:1] not in {b"1", b"E"}:
                self._client.sendall(answer)
            group.needs_unnamed = False
        self._server.sendall(b"".join(group.frames))
        group.frames.clear()
        group.begun = True

    def _forward_answers(self) -> None:
        """Forward what the server sent, and ask before its client hears that it is ready."""
        ready: list[bytes] = []
        while self._answers:
            answer = self._answers.popleft()
            self._group.answered(answer)
            if answer[:1] == b"Z" and self._busy:
                self._client.sendall(b"".join(ready))
                ready = []
                self._finish(answer)
            ready.append(answer)
        if ready:
            self._client.sendall(b"".join(ready))

    def _finish(self, ready: bytes) -> None:
        """Add what the group did to the ledger."""
        self._status = ready[5:6]
        group, self._group = self._group, Group(self._prepared)
        executed = [self._cursors.executed(text, self._kind(text), rows) for text, rows in group.executed]
        self.latest = executed[-1].kind if executed else self.latest
        self._ledger.add([one for one in executed if verb(one.kind) in _FREE])
        self._unsettled += [one for one in executed if verb(one.kind) not in _FREE]
        if self._unsettled and not group.suspended and self._status in {_IDLE, _IN_TRANSACTION}:
            settled, self._unsettled = self._unsettled, []
            self._ledger.settle(self, settled, _culprit(settled), self.pending)
        self._busy = False
        self._ledger.rests(self)

    def pending(self) -> Reading | None:
        """Return what the session has not reported; None if it has now reported everything."""
        if self._status == _IDLE:
            self.ask(query(REPORT))
            return None
        return reading_of(self.ask(query(PENDING)))

    def ask(self, frames: bytes) -> list[list[str]]:
        """Send frames of the wire's own and return the rows of the answer. Raises RefusedError if it is an error."""
        assert self._server is not None
        self._server.sendall(frames)
        rows, fault = [], b""
        while (answer := self._answer())[:1] != b"Z":
            match answer[:1]:
                case b"D":
                    rows.append(row_values(answer))
                case b"E":
                    fault = answer
                case b"S" | b"A":
                    self._client.sendall(answer)  # a setting has changed, or another session notifies
        if fault:
            raise RefusedError(fault)
        return rows

    def _answer(self) -> bytes:
        assert self._server is not None
        while not self._answers:
            self._answers += self._from_server.feed(_some(self._server))
        return self._answers.popleft()

    def _request(self) -> bytes:
        while not self._waiting:
            self._waiting += self._from_client.feed(_some(self._client))
        return self._waiting.popleft()


def _culprit(executed: list[Executed]) -> str:
    """Return the kind to which the work of ``executed`` belongs: the first that does not only end a transaction.

    A ROLLBACK after a statement that failed is not to blame for that one's work.
    """
    return next((one.source for one in executed if verb(one.kind) not in _CLOSING), executed[0].source)


def _some(source: socket.socket) -> bytes:
    data = source.recv(_CHUNK)
    if not data:
        raise EOFError
    return data


def _exactly(source: socket.socket, number: int) -> bytes:
    data = b""
    while len(data) < number:
        part = source.recv(number - len(data))
        if not part:
            raise EOFError
        data += part
    return data
