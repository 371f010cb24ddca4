"""Cursors: which statement a FETCH delivers rows of."""

from __future__ import annotations

import re

from bench.database.wire.ledger import Executed
from bench.worker.probes.call_site import verb

_NAME = r"""("(?:[^"]|"")*"|\w+)"""
_DECLARED = re.compile(rf"\bDECLARE\s+{_NAME}", re.IGNORECASE)
_LAST_NAME = re.compile(rf"{_NAME}\s*;?\s*\Z")


class Cursors:
    """The Cursors that one session has declared, by name."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}

    def executed(self, text: str, kind: str, rows: int) -> Executed:
        """Return the execution of a statement; what a FETCH does is the work of what its cursor was declared for."""
        source = kind
        match verb(kind):
            case "DECLARE" if (declared := _DECLARED.search(text)) is not None:
                self._kinds[declared[1].strip('"')] = kind
            case "FETCH" | "MOVE" if (named := _LAST_NAME.search(text)) is not None:
                source = self._kinds.get(named[1].strip('"'), kind)
        return Executed(kind, rows, source)
