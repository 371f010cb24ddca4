"""Measuring from the command line: progress meanwhile, and nothing lost where it ends early."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import typer

from bench.cli.progress import terminal_progress
from bench.errors import BenchError
from bench.harness.plan import RunPlan
from bench.harness.runner import Runner, StageOpener
from bench.harness.stage import open_stage
from bench.results.files import check_writable
from bench.results.store import write_results
from bench.words import plain

INTERRUPTED_FILE = "interrupted.json"


def measure(plan: RunPlan, output: Path, opener: StageOpener = open_stage) -> Runner:
    """Carry out ``plan`` and return its runner. Where it ends early, what was measured stays in ``output``."""
    check_writable(output)
    with terminal_progress() as progress:
        runner = Runner(plan, progress, opener)
        try:
            runner.run()
        except (KeyboardInterrupt, BenchError):
            _keep_partial(output, runner)
            raise
    (output / INTERRUPTED_FILE).unlink(missing_ok=True)
    return runner


def command_line() -> str:
    """The command line as typed, without what a URL may hold; bytes that are no text are shown as escapes."""
    words = ["bench", *(word.encode(errors="backslashreplace").decode() for word in sys.argv[1:])]
    for position, word in enumerate(words):
        if word.startswith("--database-url="):
            words[position] = "--database-url=…"
        elif position and words[position - 1] == "--database-url":
            words[position] = "…"
    return shlex.join(words)


def _keep_partial(output: Path, runner: Runner) -> None:
    """Lose nothing of a run that was interrupted or lost its server, and leave an earlier complete report as it is."""
    results = runner.results()
    if results is not None and results.measurements:
        path = output / INTERRUPTED_FILE
        write_results(path, results)
        typer.echo(f"bench: what was measured so far is in {plain(str(path))}", err=True)
