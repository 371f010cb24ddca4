"""A case and the process that measures it: what a node starts, and how it follows it.

The child is ``bench node --case FOLDER``: it reads the work from its standard input, says what it does on its standard
output in lines of JSON, and writes its results into the folder. It ends by itself when its node dies.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO

import msgspec

from bench.nodes.messages import Work
from bench.nodes.seal import VARIABLE
from bench.worker.process import end_with_parent

RESULTS_FILE = "results.json"
BENCHMARKS_FILE = "benchmarks.json"
UNRUNNABLE_FILE = "unrunnable.txt"
"""In the place of both where the code of a commit cannot be run: why."""
END_SECONDS = 60.0
"""How long a child may take to stop its server and workers before it is killed; then their supervisors do it."""
_POLL_SECONDS = 0.2
_LAST_WORDS = 2_000


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Told is one line that the child says: what it does, or what it warns of."""

    stage: str = ""
    warning: str = ""


class Child:
    """A Child is the process that measures one case."""

    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors

    def said(self) -> Iterator[Told | None]:
        """Yield what it says until it ends, and None now and then."""
        output = self._process.stdout
        assert output is not None  # opened as a pipe
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while True:
                if not selector.select(_POLL_SECONDS):
                    yield None
                    continue
                content = os.read(output.fileno(), 65_536)
                if not content:
                    return
                *lines, rest = (rest + content).split(b"\n")
                for line in lines:
                    yield msgspec.json.decode(line, type=Told)

    def exit_code(self) -> int:
        """Wait for its end and return how it ended."""
        return self._process.wait()

    def last_words(self) -> str:
        """Return the error that it ended with, in one line; '' where it said none."""
        self._errors.seek(0)
        lines = self._errors.read()[-_LAST_WORDS:].decode(errors="replace").strip().splitlines()
        return lines[-1].removeprefix("bench: ") if lines else ""

    def end(self) -> None:
        """Have it stop what it started, and end; one that does not is killed."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """Kill it; the supervisors of what it started remove that."""
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()


@contextmanager
def started(command: Sequence[str], folder: Path, work: Work, database_url: str | None) -> Iterator[Child]:
    """Start a child for ``work``; it has ended after the block."""
    environment = {name: value for name, value in os.environ.items() if name not in {"BENCH_DATABASE_URL", VARIABLE}}
    if database_url is not None:
        environment["BENCH_DATABASE_URL"] = database_url
    with (folder / "errors").open("w+b") as errors:
        process = subprocess.Popen(
            [*command, "--case", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            start_new_session=True,
            preexec_fn=partial(end_with_parent, os.getpid(), signal.SIGTERM),
        )
        child = Child(process, errors)
        try:
            assert process.stdin is not None  # opened as a pipe
            with suppress(BrokenPipeError), process.stdin as stdin:
                stdin.write(msgspec.json.encode(work))
            yield child
        finally:
            child.end()
            assert process.stdout is not None  # opened as a pipe
            process.stdout.close()


def child_command(words: Sequence[str]) -> tuple[str, ...]:
    """Return the command of a child; ``words`` are the options that name the job, as they were typed."""
    # -P: the working directory must not become the first place to import from.
    return (sys.executable, "-P", "-m", "bench", "node", *words)
