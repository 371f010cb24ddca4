"""The command line in this process, for commands that start none."""

from __future__ import annotations

import signal

import pytest

from bench.cli import main


def bench(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run ``bench``; return its exit code, its output and its errors."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        code = main(list(map(str, arguments)))
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    output, errors = capsys.readouterr()
    return code, output, errors
