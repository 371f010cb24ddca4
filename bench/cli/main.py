"""``main``: parses the command line, runs the command, and turns every error into one line and an exit code."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import click
import typer

from bench import __version__
from bench.cli.rows import rows
from bench.cli.run import run
from bench.errors import BenchError

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""

app = typer.Typer(
    name="bench",
    help="Measure bulk database tasks: peak heap, statements, time and rows, before and after.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(rows)


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
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        code = app(args=argv, prog_name="bench", standalone_mode=False)
    except BenchError as error:
        _complain(str(error))
        return error.exit_code
    except click.ClickException as error:
        _complain(" ".join(error.format_message().split()))
        return 2
    except (KeyboardInterrupt, click.Abort):
        _complain("interrupted; servers and temporary files are gone")
        return INTERRUPTED
    return int(code or 0)


def entry_point() -> NoReturn:
    """Be the console script."""
    sys.exit(main(sys.argv[1:]))


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Treat a request to end like Ctrl-C, so that everything is cleaned up."""
    raise KeyboardInterrupt


def _complain(message: str) -> None:
    typer.echo(f"bench: {message}", err=True)
