"""From the options that name a project to its description. Imported by commands when they run."""

from __future__ import annotations

from bench.cli.options import ProjectOptions
from bench.errors import InputError
from bench.project.description import Project
from bench.project.description_file import read_project


def chosen_project(options: ProjectOptions) -> Project | None:
    """Return the project that was asked for, None where none was. Raises InputError."""
    if options.project is not None:
        return read_project(options.project, interpreter=options.interpreter or "", checkout=options.checkout or "")
    for name in ("interpreter", "checkout"):
        if getattr(options, name) is not None:
            raise InputError(
                f"--{name} was given without --project; name the project that it belongs to, or leave it out"
            )
    return None
