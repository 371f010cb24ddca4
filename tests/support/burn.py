"""CPU time of a known amount; without Django, so that a spawned process can import it."""

from __future__ import annotations

import time

from tests.support.implementations import CPU_SECONDS


def burn(_number: int = 0) -> None:
    """Take CPU_SECONDS of this process's CPU and a little more: the kernel's account can lack a part of a tick."""
    start = time.process_time()
    while time.process_time() - start < CPU_SECONDS + 0.02:
        pass
