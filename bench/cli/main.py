"""``main``: parses the command line, runs the command, and turns every error into one line and an exit code."""

from __future__ import annotations

import signal
import sys
from io import TextIOWrapper
from types import FrameType
from typing import Annotated, NoReturn

import typer

from bench import __version__
from bench.cli.ab import ab
from bench.cli.baseline import baseline
from bench.cli.comment import comment
from bench.cli.compare import compare
from bench.cli.conform import conform
from bench.cli.doctor import doctor
from bench.cli.gate import gate
from bench.cli.history import history
from bench.cli.promises import promises
from bench.cli.reads import reads
from bench.cli.rows import rows
from bench.cli.run import run
from bench.cli.sweep import sweep
from bench.errors import BenchError
from bench.words import plain

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""

app = typer.Typer(
    name="bench",
    help="Measure bulk database tasks: peak heap, statements, time and rows, before and after.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(rows)
app.command()(compare)
app.command()(history)
app.command()(sweep)
app.command()(doctor)
app.command()(conform)
app.command()(promises)
app.command()(reads)
app.command()(ab)
app.command()(gate)
app.command()(comment)
app.add_typer(baseline, name="baseline")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bench {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    pass


def main(argv: list[str]) -> int:
    """Run the command in ``argv`` (without the program's name) and return its exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Under nohup a hang-up is ignored, and stays so.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        code = int(app(args=argv, prog_name="bench", standalone_mode=False) or 0)
    except BenchError as error:
        _complain(str(error))
        return error.exit_code
    except typer.TyperException as error:
        _complain(f"{error.format_message().rstrip('.')}; see bench --help")
        return 2
    if code == INTERRUPTED:  # typer makes this of KeyboardInterrupt
        _complain("interrupted; servers and temporary files are gone")
    return code


def entry_point() -> NoReturn:
    """Be the console script."""
    # A terminal that lacks a character must not cost a report.
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Treat a request to end like Ctrl-C, so that everything is cleaned up."""
    raise KeyboardInterrupt


def _complain(message: str) -> None:
    typer.echo(f"bench: {plain(message)}", err=True)
