"""Time lost for every row, with nothing to show for it: no statement, no memory, the same rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from bench.compliance.contract import Outcome
from bench.compliance.planted.variant import held_to_its_laws, streaming_with
from optimized_impl import task

SLEEP_SECONDS = 1e-6
"""As short as can be: a sleep lasts 50 µs longer than it is asked to, and a row costs about as much."""

_build_rows = task.build_rows


@held_to_its_laws
def sleeps_each_row(tenant_id: str, scan_id: str) -> Outcome:
    """Sleep before each row."""

    def build(*arguments: Any) -> Iterator[task.Row]:
        for row in _build_rows(*arguments):
            time.sleep(SLEEP_SECONDS)
            yield row

    return streaming_with(tenant_id, scan_id, build_rows=build)
