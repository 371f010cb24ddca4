"""The size of a synthetic scan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ScanSize:
    """The size of a synthetic scan: ``findings`` × ``regions``, with the label as the user typed it (``10k/20``)."""

    label: str
    findings: int
    regions: int
