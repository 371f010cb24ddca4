"""``bench providers``: whose frameworks a catalogue holds, to choose ``--provider``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from bench.cli.options import JsonOption
from bench.cli.terminal import note, show

SYNTHETIC = "synthetic"


@dataclass(frozen=True, kw_only=True)
class ProvidersOptions:
    """The options of ``bench providers``."""

    catalogue: Annotated[
        str, typer.Argument(metavar="CATALOGUE", help=f"A Prowler checkout or wheel, or {SYNTHETIC}.")
    ] = SYNTHETIC
    json: JsonOption = None


def providers(options: ProvidersOptions) -> int:
    """List the providers of a catalogue with their frameworks and requirements, for --provider of other commands."""
    from bench.compliance.provider_list import ProviderList, render_providers
    from bench.datasets.catalogue.source import load_catalogues
    from bench.files.json_file import write_json
    from bench.files.output_file import check_file

    if options.json is not None:
        check_file(options.json)
    catalogues = load_catalogues(options.catalogue)
    for warning in catalogues[0].warnings:
        note(f"warning: {warning}")
    found = ProviderList.of(catalogues)
    show(render_providers(found), end="")
    if options.json is not None:
        write_json(options.json, found)
    return 0
