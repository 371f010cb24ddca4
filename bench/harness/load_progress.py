"""Progress inside of one stage: how much of the data is loaded, how far a sample is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.harness.progress import Progress
from bench.words import duration

_FEWEST_SECONDS = 2.0
"""What a rate is taken from at least."""
QUIET_SECONDS = 5.0
"""A sample that is over by then needs no word."""
_OVERDUE = 0.5
"""How much longer a sample takes that has taken longer than expected, as a share of the time so far."""


class LoadProgress:
    """A LoadProgress turns what a job's load reports into details of the stage ``loading``."""

    def __init__(
        self, progress: Progress, noun: str, total: int | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``noun`` is what is counted, and ``total`` how many there will be; None where nobody knows."""
        self._progress = progress
        self._noun = noun
        self._total = total
        self._clock = clock
        self._began = clock()

    def __call__(self, done: int, /) -> None:
        """Say how many are loaded."""
        if not self._total:
            self._progress.detail(f"{done:,} {self._noun}")
            return
        passed = self._clock() - self._began
        known = done and passed >= _FEWEST_SECONDS
        rest = f", {duration(passed * (self._total - done) / done)} to go" if known else ""
        self._progress.detail(f"{done:,} of {self._total:,} {self._noun}{rest}")

    def step(self, text: str, /) -> None:
        """Say what is being done instead; what is counted from then on is part of it."""
        self._noun = f"rows, {text}"
        self._total = None
        self._progress.detail(text)


@contextmanager
def watched_sample(
    progress: Progress,
    expected_seconds: float | None,
    rows: Callable[[], str],
    seconds: float = QUIET_SECONDS,
    after: float | None = None,
) -> Iterator[None]:
    """Say every few seconds how long the block has been going on, of how many, and what ``rows`` says of its rows.

    ``after`` are the seconds that the run is expected to take after the block. Once that takes longer than expected, it
    is said that the run does, too.
    """
    began = time.monotonic()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(seconds):
            passed = time.monotonic() - began
            said = duration(passed)
            if expected_seconds is not None:
                if after is not None and passed > expected_seconds:
                    progress.left(after + _OVERDUE * passed)
                said = f"{said} of about {duration(expected_seconds)}"
            if found := rows():
                said = f"{said}, {found}"
            if not over.is_set():
                progress.detail(said)

    watcher = threading.Thread(target=watch, name="sample-progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
