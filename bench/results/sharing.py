"""Sharing: which processes have a memory limit together, for the sizes at which one of them is killed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """A Sharing says who shares a limit: a worker alone, or the parent of a pool and its children."""

    children: int = 0
    """Which make the call at once; 0: a worker alone, without a parent."""
    base_bytes: float | None = None
    """What each process, the parent too, holds before the call; None: the RSS that was measured."""

    def total(self, base: float, growth: float) -> float:
        """Return what all processes hold where each has ``base`` and each that makes a call grows by ``growth``."""
        return (self.children + 1) * base + max(self.children, 1) * growth

    def room(self, base: float, limit: float) -> float:
        """Return by how much each call may grow until all processes together reach ``limit``."""
        return (limit - (self.children + 1) * base) / max(self.children, 1)


ALONE = Sharing()
