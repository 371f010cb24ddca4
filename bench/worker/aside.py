"""Work that is done aside: a forked child does it while this process does something else."""

from __future__ import annotations

import os
import pickle
import signal
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from .process import signal_on_parent_death

T = TypeVar("T")


class Aside(Generic[T]):
    """An Aside is work that has begun in a child; ``result`` returns what it gave, and may be asked once.

    The child shares this process's connections, so ``work`` may use none. Where it fails there, or no child can be
    had, or it is not to be done ``aside``, the work is done here when it is asked for.
    """

    def __init__(self, work: Callable[[], T], *, aside: bool = True) -> None:
        self._work = work
        self._child = -1
        self._reader, writer = os.pipe()
        parent = os.getpid()
        if aside:
            with suppress(OSError), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # from Python 3.12 on, of threads that the project may have
                self._child = os.fork()
        if self._child == 0:
            _work(work, writer, parent)
        os.close(writer)

    def result(self) -> T:
        """Wait for the work and return what it gave. Raises whatever the work raises."""
        with os.fdopen(self._reader, "rb") as pipe:
            content = pipe.read()
        if self._child > 0:
            with suppress(ChildProcessError):  # where the project ignores SIGCHLD
                os.waitpid(self._child, 0)
        if not content:
            return self._work()
        found: T = pickle.loads(content)  # noqa: S301 - our own child wrote it
        return found


def _work(work: Callable[[], object], writer: int, parent: int) -> None:
    """Be the child: write what ``work`` gives as a whole or not at all, and end."""
    try:
        signal_on_parent_death(signal.SIGKILL)
        if os.getppid() == parent:
            content = pickle.dumps(work())
            while content:
                content = content[os.write(writer, content) :]
    finally:
        os._exit(0)
