"""Completion in bash, zsh and fish: the script that a shell loads, and the words that it then asks for at each Tab.

A shell asks by running ``bench`` with the variable VARIABLE set; ``bench.cli.start`` leads that here.
"""

from __future__ import annotations

import os

import typer
from typer.completion import completion_init, shell_complete  # type: ignore[attr-defined]  # the first is imported there

from bench.cli.terminal import shown
from bench.errors import BenchError, InputError

VARIABLE = "_BENCH_COMPLETE"
SHELLS = ("bash", "zsh", "fish")


def print_script(shell: str) -> None:
    """Print what ``shell`` has to load. Raises InputError for a shell that is not known, UnwritableOutputError."""
    if shell not in SHELLS:
        raise InputError(f"--completion {shell!r} is no shell that is known; write one of {', '.join(SHELLS)}")
    _answer(f"source_{shell}")


def complete() -> int:
    """Print the words that fit what was typed so far, and return the exit code that the shell expects."""
    try:
        return _answer(os.environ[VARIABLE])
    except BenchError:
        return 1  # what was typed names a job or project that cannot be read: a shell shows no errors
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1


def _answer(instruction: str) -> int:
    from bench.cli.main import app

    completion_init()
    with shown():
        code: int = shell_complete(typer.main.get_command(app), {}, "bench", VARIABLE, instruction)
    return code
