"""``bench project locks``: the lock file of each revision, and the interpreter that is named for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import CheckoutOption, InterpreterOption
from bench.cli.terminal import show


@dataclass(frozen=True, kw_only=True)
class LocksOptions:
    """The options of ``bench project locks``."""

    project: Annotated[Path, typer.Argument(metavar="FILE", help="The project's description.")]
    revision: Annotated[
        list[str] | None,
        typer.Option(metavar="REV", help="A branch, tag or commit; repeatable.", show_default="HEAD"),
    ] = None
    interpreter: InterpreterOption = None
    checkout: CheckoutOption = None


def locks(options: LocksOptions) -> int:
    """Show the SHA-256 of each revision's lock file and the interpreter named for it; nothing is run.

    Exit codes: 0 each has an interpreter, 1 one has none, 2 tool or input at fault.
    """
    from bench.project.at_revision import ProjectCode, lock_of
    from bench.project.description_file import read_project
    from bench.report.locks import render_locks

    project = read_project(options.project, interpreter=options.interpreter or "", checkout=options.checkout or "")
    source = ProjectCode.of(project)
    found = tuple(lock_of(source, revision) for revision in options.revision or ["HEAD"])
    show(render_locks(found, project.lock), end="")
    return 0 if all(one.interpreter for one in found) else 1
