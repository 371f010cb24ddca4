"""The command line in this process, for commands that start none."""

from __future__ import annotations

import pytest

from bench.cli.main import main


def bench(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run ``bench``; return its exit code, its output and its errors."""
    code = main(list(map(str, arguments)))
    output, errors = capsys.readouterr()
    return code, output, errors
