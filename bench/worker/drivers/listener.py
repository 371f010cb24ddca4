"""The listener: hears of what a driver is about to send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

OnceSent = Callable[[], None]
"""Called when the statement or piece has been sent, and the client would wait for the server."""


class Listener(Protocol):
    """A Listener hears of statements and pieces of a COPY, and may ask to be called once they are sent."""

    def statement(self, text: Callable[[], str]) -> OnceSent | None:
        """Hear of one statement; ``text`` gives it as the driver was given it."""

    def piece(self) -> OnceSent | None:
        """Hear of one piece of a COPY."""
