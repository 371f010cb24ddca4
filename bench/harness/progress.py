"""Progress: what a long run reports while it goes on; the command line decides how it looks."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A Progress follows one run. Work is counted in rows written, by the estimates of ``bench.harness.plan.cost``."""

    def begin(self, work: float) -> None:
        """Take ``work`` as all that is to be done."""

    def stage(self, text: str) -> None:
        """Say what is being done now."""

    def detail(self, text: str) -> None:
        """Say how far that is, as often as anything is known; not all of it is shown."""

    def done(self, work: float) -> None:
        """Add ``work`` to what is done."""

    def left(self, seconds: float) -> None:
        """Say how long the rest will take, for who knows better than the share of work that is done."""

    def warn(self, text: str) -> None:
        """Say what went wrong in a run that goes on."""
