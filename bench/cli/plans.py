"""From the options of a command to the plan of a run or the source of a scan."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.cli.options import SCANS, SYNTHETIC, InputOptions, ServerOptions
from bench.datasets.providers import known_provider
from bench.datasets.scan.names import public_file_name
from bench.datasets.size import ScanSize
from bench.declare.registry import locate
from bench.errors import InputError
from bench.harness.plan import RunPlan
from bench.harness.stage import ScanSource


def run_plan(options: ServerOptions, implementations: Sequence[str], scans: Sequence[str] = (), **own: Any) -> RunPlan:
    """Return the plan that ``options`` ask for; ``own`` are further fields of the RunPlan. Raises InputError."""
    if isinstance(options, InputOptions):
        own |= {"catalogue": _catalogue(options), "provider": _provider(options), "seed": options.seed}
    return RunPlan(
        **{
            "implementations": parse_implementations(implementations),
            "sizes": parse_sizes(scans),
            "command": command_line(),
            "timeout_seconds": options.timeout,
            "database_url": options.database_url,
            "server_major": options.postgres,
            **own,
        }
    )


def scan_source(
    options: InputOptions, scan: str | None, scan_file: Path | None = None, *, keep_names: bool = False
) -> ScanSource:
    """Return the one scan that ``options`` ask for. Raises InputError."""
    return ScanSource(
        size=parse_sizes([scan])[0] if scan else None,
        scan_file=scan_file,
        keep_names=keep_names,
        catalogue=_catalogue(options),
        provider=_provider(options),
        seed=options.seed,
    )


def chosen_scans(scans: Sequence[str] | None, scan_file: Path | None) -> Sequence[str]:
    """Return the sizes that were asked for; none where a file is. Raises InputError if both were."""
    if scans and scan_file:
        raise InputError("--scan and --scan-file were both given; leave one out")
    return () if scan_file else scans or SCANS


def parse_sizes(labels: Sequence[str]) -> tuple[ScanSize, ...]:
    """Read scan sizes; the same one twice is an error. Raises InputError."""
    sizes = tuple(ScanSize.parse(label) for label in labels)
    _refuse_repeats("--scan", [f"{size.findings}/{size.regions}" for size in sizes])
    return sizes


def parse_implementations(names: Sequence[str]) -> tuple[str, ...]:
    """Check that each name is known or has the form package.module:function. Raises InputError."""
    for name in names:
        locate(name)
    _refuse_repeats("--implementation", names)
    return tuple(names)


def command_line() -> str:
    """The command line as typed, without what a URL may hold; bytes that are no text are shown as escapes.

    The account in the name of one of Prowler's output files goes as well, unless names are kept.
    """
    words = ["bench", *(word.encode(errors="backslashreplace").decode() for word in sys.argv[1:])]
    for position, word in enumerate(words):
        if word.startswith("--database-url="):
            words[position] = "--database-url=…"
        elif position and words[position - 1] == "--database-url":
            words[position] = "…"
    return shlex.join(words if "--keep-names" in words else map(public_file_name, words))


def _catalogue(options: InputOptions) -> str:
    """Return the one catalogue that was asked for. Raises InputError if both were."""
    file = options.catalogue_file
    if file is None:
        return options.catalogue
    if options.catalogue != SYNTHETIC:
        raise InputError("--catalogue and --catalogue-file were both given; leave one out")
    # A file of that name is not the word. Whether it can be read is found out where it is read.
    return f"./{file}" if str(file) == SYNTHETIC else str(file)


def _provider(options: InputOptions) -> str | None:
    """Return the provider that was asked for. Raises InputError where the database does not know it."""
    return None if options.provider is None else known_provider(options.provider)


def _refuse_repeats(option: str, values: Sequence[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise InputError(f"{option} {value} was given more than once; name each once")
