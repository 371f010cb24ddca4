"""The command line as a separate process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path

from tests.support.processes import hearing

ROOT = Path(__file__).parent.parent.parent
BENCH = [sys.executable, "-m", "bench"]
Finished = subprocess.CompletedProcess[str]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without a server of the developer's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BENCH_")}
    return {**kept, **(extra or {})}


def start(
    *arguments: object,
    extra: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    before: Callable[[], None] | None = None,
    errors: Path | None = None,
) -> subprocess.Popen[str]:
    """Start ``bench`` in a separate session, as a shell does with a job; ``before`` runs in it first.

    Standard error is a pipe, or goes to the file ``errors``.
    """
    with nullcontext(subprocess.PIPE) if errors is None else errors.open("w") as where:
        return subprocess.Popen(
            [*BENCH, *map(str, arguments)],
            cwd=folder,
            env=environment(extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=where,
            text=True,
            start_new_session=True,
            preexec_fn=hearing(before),
        )


def run(
    *arguments: object,
    extra: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    before: Callable[[], None] | None = None,
) -> Finished:
    """Run ``bench`` to its end."""
    with start(*arguments, extra=extra, folder=folder, before=before) as process:
        output, errors = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def content(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
