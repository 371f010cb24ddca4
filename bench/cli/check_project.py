"""``bench project check``: a project's description tried step by step, with what to do where a step fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import CheckoutOption, InterpreterOption, ServerOptions
from bench.cli.terminal import show


@dataclass(frozen=True, kw_only=True)
class CheckOptions(ServerOptions):
    """The options of ``bench project check``."""

    project: Annotated[Path, typer.Argument(metavar="FILE", help="The project's description, or FILE.toml:TASK.")]
    interpreter: InterpreterOption = None
    checkout: CheckoutOption = None


class _Ticks:
    """Prints each step that has passed with a tick."""

    def __init__(self) -> None:
        self.step = ""

    def begin(self, step: str) -> None:
        self.step = step

    def passed(self, found: str, details: Sequence[str] = ()) -> None:
        show(f"✓ {self.step}: {found}")
        for line in details:
            show(f"    {line}")
        self.step = ""


def check(options: CheckOptions) -> int:
    """Try the file, the interpreter, imports, migrations, the copy and one call; stop at the first step that fails.

    Exit codes: 0 every step passed, 2 one failed.
    """
    from bench.project.check import check_project
    from bench.project.description_file import read_project
    from bench.project.trial import CheckServer

    ticks = _Ticks()
    where = CheckServer(
        database_url=options.database_url, server_major=options.postgres, timeout_seconds=options.timeout
    )
    try:
        ticks.begin("description")
        interpreter, checkout = options.interpreter or "", options.checkout or ""
        project = read_project(options.project, interpreter=interpreter, checkout=checkout)
        ticks.passed(str(options.project))
        check_project(project, where, ticks)
    finally:
        if ticks.step:
            show(f"✗ {ticks.step}")
    show(f"{project.name} can be measured: bench run --project {options.project}")
    return 0
