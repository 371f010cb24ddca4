"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from bench.datasets.size import ScanSize
from bench.declare.registry import locate
from bench.errors import InputError
from bench.harness.plan import Scenario

CatalogueOption = Annotated[
    str,
    typer.Option(
        metavar="synthetic|PATH",
        help="synthetic, or a Prowler checkout's folder or wheel to read compliance JSON from.",
    ),
]
CatalogueFileOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A catalogue written by hand, instead of --catalogue."),
]
ScanFileOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A recorded scan, instead of --scan."),
]
SeedOption = Annotated[
    int,
    # Results files hold integers of 64 bits.
    typer.Option(min=0, max=2**63 - 1, help="Seed of the synthetic catalogue and scans: same seed, same bytes."),
]
DatabaseUrlOption = Annotated[
    str | None,
    typer.Option(
        envvar="BENCH_DATABASE_URL",
        metavar="URL",
        show_default="the embedded server",
        help="A PostgreSQL server of your own; only databases named bench_… are made there, and dropped.",
    ),
]
ServerOption = Annotated[
    int, typer.Option("--postgres", metavar="16|18", help="Major version of the embedded PostgreSQL.")
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        min=0.1, max=1e6, metavar="SECONDS", show_default="by the size of the scan", help="Limit for a single sample."
    ),
]


def _implementation_option(default: str, more_help: str = "") -> Any:
    return typer.Option(
        "--implementation",
        metavar="NAME",
        show_default=default,
        help=f"A registered name or package.module:function; may be repeated.{more_help}",
    )


ImplementationsOption = Annotated[
    list[str] | None,
    _implementation_option("materializing, streaming", " The first is the base of ratios."),
]
AllImplementationsOption = Annotated[
    list[str] | None,
    _implementation_option("all registered ones"),
]
ScenarioOption = Annotated[
    Scenario, typer.Option(help="first: the scan has no rows yet; rerun: it has those of an earlier run.")
]

SYNTHETIC = "synthetic"
DEFAULT_IMPLEMENTATIONS = ["materializing", "streaming"]


def catalogue_source(catalogue: str, catalogue_file: Path | None) -> str:
    """Return the one catalogue that was asked for. Raises InputError where both were."""
    if catalogue_file is None:
        return catalogue
    if catalogue != SYNTHETIC:
        raise InputError("--catalogue and --catalogue-file were both given; leave one out")
    try:
        catalogue_file.stat()
    except OSError as error:
        raise InputError(
            f"catalogue file {str(catalogue_file)!r} cannot be read ({error.strerror}); give the path of a JSON file"
        ) from error
    return str(catalogue_file)


def parse_sizes(labels: list[str]) -> tuple[ScanSize, ...]:
    """Read scan sizes; the same one twice is an error. Raises InputError."""
    sizes = tuple(ScanSize.parse(label) for label in labels)
    _refuse_repeats("--scan", [f"{size.findings}/{size.regions}" for size in sizes])
    return sizes


def parse_implementations(names: list[str]) -> tuple[str, ...]:
    """Check that each name is known or has the form package.module:function. Raises InputError."""
    for name in names:
        locate(name)
    _refuse_repeats("--implementation", names)
    return tuple(names)


def _refuse_repeats(option: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise InputError(f"{option} {value} was given more than once; name each once")
