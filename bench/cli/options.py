"""Options that several commands share: one name, one meaning, one declaration.

A command takes a frozen record of its options. The records here hold what several commands have in common. Braces in a
help stand for what the job says of itself: see ``bench.cli.job_options``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.jobs.job import Job

_NAME = "A name or module:function"


def within(low: float, high: float) -> Callable[[float | None], float | None]:
    """Return a check of a number that does not take a column of the help, as typer's own does."""

    def check(value: float | None) -> float | None:
        if value is None or low <= value <= high:
            return value
        raise typer.BadParameter(f"{value} is not within {low:,} to {high:,}")

    return check


def count_option(help_text: str, least: int = 1, most: int = 1_000_000, *, hidden: bool = False) -> Any:
    """Return the option of a number of things."""
    return typer.Option(metavar="N", callback=within(least, most), help=help_text, hidden=hidden)


ScanOption = Annotated[
    str | None, typer.Option("--scan", "--size", metavar="SIZE", help="{size} of the synthetic {noun}.")
]
ScansOption = Annotated[
    list[str] | None,
    typer.Option("--scan", "--size", metavar="SIZE", help="{size}; repeatable.", show_default="{sizes}"),
]
ScanFileOption = Annotated[Path | None, typer.Option(metavar="FILE", help="{file}, instead of --scan.")]
ImplementationOption = Annotated[str | None, typer.Option(metavar="NAME", help=_NAME, show_default="{last}")]
ImplementationsOption = Annotated[
    list[str] | None,
    typer.Option("--implementation", metavar="NAME", help="Repeatable.", show_default="{compared}"),
]
AllImplementationsOption = Annotated[
    list[str] | None,
    typer.Option("--implementation", metavar="NAME", help=f"{_NAME}; repeatable.", show_default="all"),
]
PairsOption = Annotated[int, count_option("Time samples of each side.")]
PlansOption = Annotated[bool, typer.Option("--plans", hidden=True, help="Execute statements by EXPLAIN ANALYZE, too.")]
OutputOption = Annotated[Path, typer.Option(metavar="FOLDER", help="For results and report.")]
JsonOption = Annotated[
    Path | None,
    typer.Option(metavar="[FILE]", help="Write it as JSON, too; without FILE only that, on standard output."),
]
MarkdownOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as Markdown, too.")]


def _interpreter_option(*, hidden: bool = False) -> Any:
    help_text = "Python of the project's environment; or set BENCH_INTERPRETER."
    return typer.Option(metavar="PYTHON", hidden=hidden, help=help_text)


def _checkout_option(*, hidden: bool = False) -> Any:
    help_text = "Your clone of the project; or set BENCH_CHECKOUT."
    return typer.Option(metavar="FOLDER", hidden=hidden, help=help_text)


InterpreterOption = Annotated[str | None, _interpreter_option()]
CheckoutOption = Annotated[str | None, _checkout_option()]


@dataclass(frozen=True, kw_only=True)
class ProjectOptions:
    """In which project the code lives that is measured, if not in this environment."""

    project: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A project in TOML; see bench project check --help.")
    ] = None
    # Every help fits one screen; these two stand in that of ``bench project check``.
    interpreter: Annotated[str | None, _interpreter_option(hidden=True)] = None
    checkout: Annotated[str | None, _checkout_option(hidden=True)] = None


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """On which server samples are taken, and how long one may last."""

    postgres: Annotated[int, typer.Option(metavar="16|18", help="Version of the embedded server.")] = 16
    database_url: Annotated[
        str | None,
        typer.Option(
            envvar="BENCH_DATABASE_URL",
            show_envvar=False,
            metavar="URL",
            help="Your own; or set BENCH_DATABASE_URL.",
        ),
    ] = None
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", callback=within(0.1, 1e6), help="For one sample.", show_default="by size"),
    ] = None


@dataclass(frozen=True, kw_only=True)
class JobOptions(ProjectOptions, ServerOptions):
    """What is measured. A command's help and options depend on it: see ``bench.cli.job_options``."""

    job: Annotated[
        Job,
        typer.Option(metavar="NAME", help="Registered, module:NAME or FILE.py.", show_default="{job}"),
    ]


@dataclass(frozen=True, kw_only=True)
class InputOptions(JobOptions):
    """From what data are made, and the server that they are loaded into."""

    # Results files hold integers of 64 bits.
    seed: Annotated[int, count_option("Same seed, same synthetic data.", 0, 2**63 - 1)] = 0
    data: Mapping[str, str] = field(default_factory=dict)
    """What was given of the job's own options."""
