"""Nodes that measure: ``bench node`` as a user starts it, on the small catalogue of the tests."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.nodes.seal import VARIABLE
from bench.results.metrics import METRICS, Kind
from bench.results.records import Results
from tests.support.command import start
from tests.support.left_behind import MARK
from tests.support.node_process import SECRET
from tests.support.processes import PATIENCE, wait_until


class RealNodes:
    """RealNodes are three or fewer on one machine; what they say is in ``folder``."""

    def __init__(self, url: str, folder: Path, temporary: Path) -> None:
        self.url = url
        self._folder = folder
        self._temporary = temporary
        self.processes: dict[str, subprocess.Popen[str]] = {}

    def start(self, *names: str, words: Sequence[object] = ()) -> None:
        """Start a node for each name, with further ``words``, and return once all wait for cases."""
        for name in names:
            extra = {VARIABLE: SECRET, MARK: self.mark(name), "TMPDIR": str(self._temporary)}
            process = start("node", "--broker", self.url, "--name", name, *words, extra=extra, errors=self.log(name))
            self.processes[name] = process
        wait_until(lambda: all("waits for cases" in self.said(name) for name in names), "the nodes are there")

    def mark(self, name: str) -> str:
        """Return what marks every process of a node."""
        return f"node-{name}-{self._folder.name}"

    def log(self, name: str) -> Path:
        """Return where a node writes what it says."""
        return self._folder / f"{name}.log"

    def said(self, name: str) -> str:
        """Return what a node has said so far."""
        path = self.log(name)
        return path.read_text() if path.exists() else ""

    def end(self) -> None:
        """End all by Ctrl-C; each ends well."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            process.wait(PATIENCE)


@contextmanager
def real_nodes(url: str, folder: Path, temporary: Path) -> Iterator[RealNodes]:
    """Nodes on the broker at ``url``, ended after the block."""
    made = RealNodes(url, folder, temporary)
    try:
        yield made
    finally:
        made.end()


def sweep_words(catalogue: Path, output: Path, implementations: Sequence[str] = ("streaming",)) -> list[object]:
    """Return the words of a tiny sweep."""
    names = [word for name in implementations for word in ("--implementation", name)]
    return [
        "sweep",
        "--findings",
        "50,100",
        "--regions",
        "1,2",
        "--catalogue-file",
        catalogue,
        "--output",
        output,
        *names,
    ]


def exact_figures(results: Results) -> dict[tuple[str, str, str], tuple[float, ...]]:
    """Return the samples of every exact metric by scan and implementation."""
    return {
        (one.scan, one.implementation, one.metric): one.samples
        for one in results.measurements
        if METRICS[one.metric].kind is Kind.EXACT
    }
