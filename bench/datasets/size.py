"""The size of a synthetic scan, as people write it: ``10k/20``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bench.errors import InputError

_SIZE = re.compile(r"([0-9]{1,9})([kKmM]?)/([0-9]{1,9})")
_FACTOR = {"": 1, "k": 1_000, "m": 1_000_000}
MOST_FINDINGS = 100_000_000
MOST_REGIONS = 1_000
"""A larger size is a typing error: hundreds of GB of findings, or many times the regions of any cloud."""


@dataclass(frozen=True)
class ScanSize:
    """The size of a synthetic scan: ``findings`` × ``regions``, with the label as the user typed it (``10k/20``)."""

    label: str
    findings: int
    regions: int

    @classmethod
    def parse(cls, label: str) -> ScanSize:
        """Read ``findings/regions``; k and M multiply by a thousand and a million. Raises InputError."""
        found = _SIZE.fullmatch(label)
        if not found:
            raise InputError(
                f"scan size {label!r} is not findings/regions; write for example --scan 10k/20 or --scan 1M/30"
            )
        size = cls(label, int(found[1]) * _FACTOR[found[2].lower()], int(found[3]))
        if not (1 <= size.findings <= MOST_FINDINGS and 1 <= size.regions <= MOST_REGIONS):
            raise InputError(
                f"scan size {label!r} is out of bounds; write 1 to {MOST_FINDINGS // 1_000_000}M findings "
                f"and 1 to {MOST_REGIONS:,} regions"
            )
        return size
