"""Options that several commands share: one name, one meaning, one declaration.

A command takes a frozen record of its options. The records here hold what several commands have in common.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

SYNTHETIC = "synthetic"
SCANS = ("100/3", "1k/8", "10k/20")
"""The scans of the pull request."""
IMPLEMENTATIONS = ("materializing", "streaming")
SIZE = "SIZE"
_NAME = "Registered, or package.module:function"


def within(low: float, high: float) -> Callable[[float | None], float | None]:
    """Return a check of a number that does not take a column of the help, as typer's own does."""

    def check(value: float | None) -> float | None:
        if value is None or low <= value <= high:
            return value
        raise typer.BadParameter(f"{value} is not within {low:,} to {high:,}")

    return check


def count_option(help_text: str, least: int = 1, most: int = 1_000_000) -> Any:
    """Return the option of a number of things."""
    return typer.Option(metavar="N", callback=within(least, most), help=help_text)


ScanOption = Annotated[str, typer.Option(metavar=SIZE, help="Findings/regions of the synthetic scan.")]
ScansOption = Annotated[
    list[str] | None,
    typer.Option("--scan", metavar=SIZE, help="Findings/regions; repeatable.", show_default=", ".join(SCANS)),
]
ScanFileOption = Annotated[Path | None, typer.Option(metavar="FILE", help="A scan of your own, instead of --scan.")]
KeepNamesOption = Annotated[
    bool, typer.Option("--keep-names", help="Keep resources' uids and private regions of the scan file.")
]
ImplementationOption = Annotated[str, typer.Option(metavar="NAME", help=_NAME)]
ImplementationsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--implementation", metavar="NAME", help=f"{_NAME}; repeatable.", show_default=", ".join(IMPLEMENTATIONS)
    ),
]
AllImplementationsOption = Annotated[
    list[str] | None,
    typer.Option("--implementation", metavar="NAME", help=f"{_NAME}; repeatable.", show_default="all"),
]
PairsOption = Annotated[int, count_option("Time samples of each side; 6 give an interval.")]
OutputOption = Annotated[Path, typer.Option(metavar="FOLDER", help="For results and report.")]
JsonOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as JSON, too.")]
MarkdownOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as Markdown, too.")]


InterpreterOption = Annotated[
    str | None,
    typer.Option(metavar="PYTHON", help="Python of the project's environment; or set BENCH_INTERPRETER."),
]
CheckoutOption = Annotated[
    str | None, typer.Option(metavar="FOLDER", help="Your clone of the project; or set BENCH_CHECKOUT.")
]


@dataclass(frozen=True, kw_only=True)
class ProjectOptions:
    """In which project the code lives that is measured, if not in this environment."""

    project: Annotated[Path | None, typer.Option(metavar="FILE", help="A project of your own, described in TOML.")] = (
        None
    )
    interpreter: InterpreterOption = None
    checkout: CheckoutOption = None


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
            help="Your own server instead; or set BENCH_DATABASE_URL.",
        ),
    ] = None
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", callback=within(0.1, 1e6), help="For one sample.", show_default="by size"),
    ] = None


@dataclass(frozen=True, kw_only=True)
class InputOptions(ServerOptions):
    """From what scans and catalogue are made, and the server that they are loaded into."""

    catalogue: Annotated[str, typer.Option(metavar="PATH", help="A Prowler checkout or wheel.")] = SYNTHETIC
    catalogue_file: Annotated[Path | None, typer.Option(metavar="FILE", help="A catalogue of your own, instead.")] = (
        None
    )
    provider: Annotated[
        str | None,
        typer.Option(metavar="NAME", show_default="aws, or the scan file's", help="Whose catalogue and scan."),
    ] = None
    # Results files hold integers of 64 bits.
    seed: Annotated[int, count_option("Same seed, same synthetic data.", 0, 2**63 - 1)] = 0
