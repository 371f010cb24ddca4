"""What a long run tells about itself while it goes on; the command line decides how that looks."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A Progress follows one run. Work is counted in rows written, by the estimates of ``bench.harness.plan.cost``."""

    def begin(self, work: float) -> None:
        """All that is to be done."""

    def stage(self, text: str) -> None:
        """What is being done now."""

    def done(self, work: float) -> None:
        """So much of it is done since the last call."""

    def warn(self, text: str) -> None:
        """Something went wrong, and the run goes on."""


class Silent:
    """A Progress that tells nothing."""

    def begin(self, work: float) -> None:
        """Do nothing."""

    def stage(self, text: str) -> None:
        """Do nothing."""

    def done(self, work: float) -> None:
        """Do nothing."""

    def warn(self, text: str) -> None:
        """Do nothing."""
