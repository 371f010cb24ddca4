"""How a command hands over its result: in words, as JSON for a program, or the verdict alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.cli.terminal import json_text, show, show_data
from bench.files.input_file import STANDARD_INPUT

STANDARD_OUTPUT = STANDARD_INPUT
"""``-`` in the place of a file."""

_JSON = "The result as JSON and nothing else on standard output."
_QUIET = "Only the verdict, and no progress."

JsonFlag = Annotated[bool, typer.Option("--json", help=_JSON)]
QuietFlag = Annotated[bool, typer.Option("--quiet", "-q", help=_QUIET)]


@dataclass(frozen=True, kw_only=True)
class QuietOptions:
    """Whether progress and everything but the verdict is left out."""

    quiet: QuietFlag = False


@dataclass(frozen=True, kw_only=True)
class ResultOptions:
    """How the result of a measurement is printed. A help that is full names both options in its text."""

    json: Annotated[bool, typer.Option("--json", help=_JSON, hidden=True)] = False
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help=_QUIET, hidden=True)] = False


def show_json(record: Any) -> None:
    """Print ``record`` as indented JSON, safe on a terminal. Raises UnwritableOutputError."""
    from bench.files.json_file import encode_json

    show_data(json_text(encode_json(record).decode()))


def show_result(verdict: Callable[[], str], whole: Callable[[], str], *, quiet: bool) -> None:
    """Print the result in words, or with ``quiet`` only what ``verdict`` returns, one line."""
    show(verdict() if quiet else whole(), end="\n" if quiet else "")


def to_standard_output(path: Path | None) -> bool:
    """Whether ``--json`` was given without a file, or with ``-``."""
    return path == STANDARD_OUTPUT
