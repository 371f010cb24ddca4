"""Starts: whether a worker's start alone reaches the database, and so whether it may come before the reset."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from bench.harness.measure.session_count import counted_sessions
from bench.messages.request import SampleRequest


def start_key(request: SampleRequest) -> bytes:
    """Return what a worker does until it is asked for the warm-up, but for the probe, whatever the database."""
    try:
        folder = os.getcwd()  # noqa: PTH109 - as Path.cwd
    except OSError:
        folder = ""
    return msgspec.json.encode((request.environment, request.function, request.context, folder))


class Starts:
    """Starts learn, when something is started for the first time, whether that opens sessions on the database.

    What does reads a database that the reset then changes, or holds a session that the reset ends.
    """

    def __init__(self) -> None:
        self._apart: dict[bytes, bool] = {}
        self.watching = False
        """Whether sessions are counted now, and nobody else may open one."""

    def apart(self, request: SampleRequest) -> bool | None:
        """Return whether a worker for ``request`` starts without the database; None where that is not known yet."""
        return self._apart.get(start_key(request))

    @contextmanager
    def watched(self, request: SampleRequest) -> Iterator[None]:
        """Learn it from a start in the block, where it is not known. Raises DatabaseError."""
        key = start_key(request)
        if key in self._apart:
            yield
            return
        self.watching = True
        try:
            with counted_sessions(request.access) as sessions:
                yield
        finally:
            self.watching = False
        self._apart[key] = sessions.begun == 0
