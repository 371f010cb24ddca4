"""Nodes for tests: real ones, as processes, that answer with figures made up from the size instead of measuring.

``tests.support.node_process`` and ``tests.support.node_case`` say what words they are started with.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.broker.keys import Keys
from bench.broker.own import opened
from bench.compliance.job import JOB
from bench.harness.plan import RunPlan
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size
from bench.nodes.options import SpreadOptions
from bench.nodes.roll import Roll
from bench.nodes.spread import SpreadRun
from tests.support.command import ROOT
from tests.support.node_case import GO
from tests.support.node_process import KEY, LOST_SECONDS
from tests.support.pools import Silence
from tests.support.processes import PATIENCE, hearing, wait_until

NAMES = ("streaming", "pushdown")
SIZES = ("50/1", "50/2", "100/1", "100/2")


def plan(*sizes: str, **members: Any) -> RunPlan:
    """Return the plan of a sweep over ``sizes``."""
    return RunPlan(
        job=JOB,
        implementations=tuple(implementation_of(JOB, name) for name in NAMES),
        sources=tuple(DataSource(size=parse_size(JOB, size)) for size in sizes or SIZES),
        command="bench sweep",
        **{"samples": 0, "probes": ("statements", "memory"), **members},
    )


@dataclass
class Cluster:
    """A Cluster is the nodes that one test has started; ``hold`` is the folder for those that wait."""

    url: str
    folder: Path
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def start(self, *names: str, words: Sequence[str] = ()) -> None:
        """Start a node for each name, and return once all are there."""
        for name in names:
            with (self.folder / f"{name}.log").open("w") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "tests.support.node_process", self.url, name, *words],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    text=True,
                    start_new_session=True,
                    preexec_fn=hearing(),
                )
        wait_until(lambda: all("waits" in self.said(name) for name in names), "the nodes are there")

    def said(self, name: str) -> str:
        """Return what a node has said so far."""
        return (self.folder / f"{name}.log").read_text()

    def hold(self, label: str) -> str:
        """Return the word that has a node wait in the case ``label``."""
        return f"hold={label}={self.folder}"

    def held(self) -> list[int]:
        """Return the process ids of what waits in a case."""
        return [int(path.name.removeprefix("held-")) for path in self.folder.glob("held-*")]

    def wait_for_held(self) -> None:
        """Return once a case waits."""
        wait_until(lambda: bool(self.held()), "a case waits")

    def let_go(self) -> None:
        """Have all that wait go on."""
        (self.folder / GO).touch()

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a node a signal."""
        self.processes[name].send_signal(number)

    def ids(self) -> dict[str, str]:
        """Return the id of each node by its name, once all have beaten twice."""
        with closing(Keys(self.url)) as store:
            roll = Roll(store, KEY, PATIENCE)
            running = {name for name, process in self.processes.items() if process.poll() is None}

            def found() -> dict[str, str]:
                roll.look()
                return {one.beat.name: one.beat.node for one in roll}

            wait_until(lambda: {*found()} >= running, "every node has beaten twice")
            return found()

    def end(self) -> None:
        """End every node that runs, and wait for that."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            process.wait(PATIENCE)

    def end_one(self, name: str) -> None:
        """End one node, and wait for that."""
        self.processes[name].send_signal(signal.SIGTERM)
        self.processes[name].wait(PATIENCE)


@contextmanager
def cluster(url: str, folder: Path) -> Iterator[Cluster]:
    """Nodes on the broker at ``url``, ended after the block."""
    made = Cluster(url, folder)
    try:
        yield made
    finally:
        made.end()


def spread(url: str, output: Path, run: RunPlan | None = None, *, resume: bool = False) -> tuple[SpreadRun, Silence]:
    """Return a run over the nodes at ``url``, not begun, and what it tells."""
    silence = Silence()
    output.mkdir(exist_ok=True)
    options = SpreadOptions(url=url, key=KEY, resume=resume, lost_seconds=LOST_SECONDS)
    return SpreadRun(run or plan(), options, output, silence), silence


def keys(url: str) -> set[str]:
    """Return the names of all keys of ours on the broker."""
    with opened(url) as channel:
        return {name.decode() for name in channel.client.keys("bench-*")}
