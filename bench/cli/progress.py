"""Progress on standard error: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from bench.cli.terminal import note, one_line
from bench.harness.progress import Progress
from bench.words import duration

SECONDS_BETWEEN_LINES = 10.0
"""In a log, where nothing can be written over."""


@contextmanager
def terminal_progress(*, quiet: bool = False) -> Iterator[Progress]:
    """Show progress until the block ends; warnings alone with ``quiet``."""
    if quiet:
        yield Warnings()
        return
    if not sys.stderr.isatty():
        yield Lines()
        return
    bar = RichProgress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("{task.fields[rest]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        yield Bar(bar)


class _Estimate:
    """Work done so far, and from it how long the rest may take."""

    def __init__(self) -> None:
        self.total = 0.0
        self.finished = 0.0
        self._start = time.monotonic()
        self._end: float | None = None

    def begin(self, work: float) -> None:
        self.total = work
        self.finished = 0.0
        self._start = time.monotonic()
        self._end = None

    def left(self, seconds: float) -> None:
        """Take it from somebody who knows that the rest takes ``seconds``."""
        self._end = time.monotonic() + seconds

    def share(self) -> float:
        """How much of the whole is done, between 0 and 1."""
        if self._end is None:
            return self.finished / self.total if self.total else 0.0
        now = time.monotonic()
        return (now - self._start) / max(now - self._start, self._end - self._start, 1e-9)

    def rest(self) -> str:
        """In words; empty until some work is done."""
        now = time.monotonic()
        if self._end is not None:
            seconds = max(0.0, self._end - now)
        elif self.finished:
            seconds = (now - self._start) * (self.total - self.finished) / self.finished
        else:
            return ""
        return f"about {duration(seconds)} left"


class Bar:
    """A Progress as one moving line."""

    def __init__(self, bar: RichProgress) -> None:
        self._bar = bar
        self._estimate = _Estimate()
        self._stage = ""
        self._task = bar.add_task("starting PostgreSQL", total=None, rest="")

    def begin(self, work: float) -> None:
        self._estimate.begin(work)
        self._bar.update(self._task, total=1.0, completed=0)

    def stage(self, text: str) -> None:
        self._stage = text
        self._bar.update(self._task, description=one_line(text))
        self._show()

    def detail(self, text: str) -> None:
        self._bar.update(self._task, description=one_line(f"{self._stage}: {text}"))
        self._show()

    def done(self, work: float) -> None:
        self._estimate.finished += work
        self._show()

    def left(self, seconds: float) -> None:
        self._estimate.left(seconds)
        self._show()

    def _show(self) -> None:
        self._bar.update(self._task, completed=self._estimate.share(), rest=self._estimate.rest())

    def warn(self, text: str) -> None:
        self._bar.console.print(one_line(f"warning: {text}"), markup=False, highlight=False, style="yellow")


class Lines:
    """A Progress as one line for each stage, and for a long one now and then how far it is."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._estimate = _Estimate()
        self._clock = clock
        self._stage = ""
        self._said = 0.0

    def begin(self, work: float) -> None:
        self._estimate.begin(work)

    def stage(self, text: str) -> None:
        self._stage = text
        self._say(text)

    def detail(self, text: str) -> None:
        if self._clock() - self._said >= SECONDS_BETWEEN_LINES:
            self._say(f"{self._stage}: {text}")

    def _say(self, text: str) -> None:
        self._said = self._clock()
        rest = self._estimate.rest()
        note(f"{self._estimate.share():.0%}  {text}{f' - {rest}' if rest else ''}")

    def done(self, work: float) -> None:
        self._estimate.finished += work

    def left(self, seconds: float) -> None:
        self._estimate.left(seconds)

    def warn(self, text: str) -> None:
        note(f"warning: {text}")


class Warnings:
    """A Progress of which only warnings are shown."""

    def begin(self, work: float) -> None:
        pass

    def stage(self, text: str) -> None:
        pass

    def detail(self, text: str) -> None:
        """Say nothing."""

    def done(self, work: float) -> None:
        pass

    def left(self, seconds: float) -> None:
        pass

    def warn(self, text: str) -> None:
        note(f"warning: {text}")
