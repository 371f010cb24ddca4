"""The call sites of the statements that a driver is given, noted where it is."""

from __future__ import annotations

from collections.abc import Callable

from .call_site import CallSiteFinder


class CallSites:
    """A CallSites is a Listener that keeps each statement with the line that issued it, in that order."""

    def __init__(self) -> None:
        self.issued: list[tuple[str, str]] = []
        self._finder = CallSiteFinder()

    def statement(self, text: Callable[[], str]) -> None:
        """See ``Listener.statement``."""
        self.issued.append((text(), self._finder.current()))

    def piece(self) -> None:
        """A COPY is noted as one statement."""
