"""``main``: parses the command line, runs the command, and turns every error into one line and an exit code."""

from __future__ import annotations

import errno
import shutil
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Annotated

import typer

from bench import __version__
from bench.cli.commands import CommandGroup
from bench.cli.start import AT_FAULT, INTERRUPTED_MESSAGE, comes_of_interruption, missing_package
from bench.cli.terminal import complain, note, show
from bench.errors import INTERRUPTED, BenchError
from bench.report.terminal import WIDTH, of_columns

app = typer.Typer(name="bench", cls=CommandGroup, add_completion=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        show(f"bench {__version__}")
        raise typer.Exit


def _print_completion(shell: str | None) -> None:
    if shell is not None:
        from bench.cli.completion import print_script

        print_script(shell)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    completion: Annotated[
        str | None,
        typer.Option(
            metavar="SHELL",
            callback=_print_completion,
            is_eager=True,
            help="Print the completion of bash, zsh or fish and exit.",
        ),
    ] = None,
) -> None:
    """Measure bulk database tasks before and after a change, and decide whether it may ship."""


def main(argv: list[str]) -> int:
    """Run the command in ``argv`` (without the program's name) and return its exit code.

    Whatever is at fault but what was measured ends with exit code 2, unexpected exceptions included: 1 would read as a
    regression.
    """
    try:
        return _call(argv)
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - the last resort, and it hides nothing
        if comes_of_interruption(error):
            complain(INTERRUPTED_MESSAGE)
            return INTERRUPTED
        complain(_message(error))
        return error.exit_code if isinstance(error, BenchError) else AT_FAULT


def _message(error: BaseException) -> str:
    match error:
        case BenchError():
            return str(error)
        case typer.TyperException():
            return f"{error.format_message().rstrip('.')}; see bench --help"
        case OSError():
            return _cause(error)
        case ModuleNotFoundError() if message := missing_package(error):
            return message
        case MemoryError():
            return "out of memory; choose smaller scans, or free memory"
    for line in "".join(traceback.format_exception(error)).splitlines():
        note(line)
    return "this is a fault of bench itself; please report it with the lines above"


def _call(argv: list[str]) -> int:
    # Not Typer's own main: it ends the process with 1 where a pipe breaks.
    command = typer.main.get_command(app)
    try:
        with of_columns(_columns()), command.make_context("bench", list(argv)) as context:
            return int(command.invoke(context) or 0)
    except typer.Exit as end:
        return int(end.exit_code)


def _columns() -> int:
    """Return the columns of the terminal; as many as a text takes at most where output goes elsewhere."""
    return shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else WIDTH


def _cause(error: OSError) -> str:
    """What an operation on a file or a pipe failed on, and where room is missing."""
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        folder = Path(tempfile.gettempdir())
        if error.filename and not Path(error.filename).absolute().is_relative_to(folder):
            return f"{where}no space is left there; free some"
        return f"{where}no space is left for temporary files in {folder}; free some, or set TMPDIR to another folder"
    return f"{where}{error.strerror or error}; check that the file or folder exists and may be used"
