"""``bench project new``: files to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.terminal import show


@dataclass(frozen=True, kw_only=True)
class NewOptions:
    """The options of ``bench project new``."""

    template: Annotated[
        str, typer.Argument(metavar="TEMPLATE", help="policy, job, project or prowler.", show_default=False)
    ]
    folder: Annotated[Path, typer.Option("--output", metavar="FOLDER", help="Where they go.")] = Path()


def new(options: NewOptions) -> int:
    """Write files to begin with: a gate's policy, an example of a job, a project's description, Prowler's.

    Exit codes: 0 written, 2 one is there already or cannot be written; then none is.
    """
    from bench.project.templates import TEMPLATES, write_template

    for path in write_template(options.template, options.folder):
        show(str(path))
    show(TEMPLATES[options.template].next)
    return 0
