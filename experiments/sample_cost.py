"""What a sample costs beside its call: the wall seconds of each step, and CPU seconds of everybody who works for it.

``.venv/bin/python -m experiments.sample_cost [--scan 100/3] [--implementation NAME] [--probe time] [--samples 20]``

Medians over samples; the first two, which load what later ones find loaded, are left out. Steps are indented below the
step that they are part of; what a worker does while it starts is beside what the parent does meanwhile. The call is
taken as long as the worker's command ``call``; everything else is cost.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from os import times
from typing import Any, cast

import psycopg
from psycopg import sql

from bench.compliance.job import JOB
from bench.database.server_process import cpu_seconds, find_postmaster
from bench.harness.stage import DataStage, open_stage
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size
from bench.messages.request import ProbeName
from bench.worker.process import descendants

LEFT_OUT = 2
CALL = "called"
_WRAPPED = (
    ("bench.harness.stage", "DataStage", "reset", "reset"),
    ("bench.harness.state_guard", "StateGuard", "check", "state check"),
    ("bench.harness.stage", "DataStage", "digest", "digest"),
    ("bench.harness.executor", "ProcessExecutor", "prepare", "begin to start a worker"),
    ("bench.harness.executor", "ProcessExecutor", "run", "worker"),
    ("bench.harness.worker_process", "WorkerProcess", "discard", "remove"),
    ("bench.harness.measure.sample", "", "refuse_left_behind", "look for what is left"),
    ("bench.harness.measure.database", "", "take_snapshot", "snapshot of statistics"),
    ("bench.harness.stage", "", "restore_statement_log", "look for a log left on"),
)
"""Module, class or '', function, step. What an older revision lacks is not measured."""


@dataclass(frozen=True)
class SampleCost:
    """A SampleCost is what one sample took: seconds by step, and CPU seconds by who used them."""

    steps: dict[tuple[str, ...], float]
    cpu: dict[str, float]
    seconds: float

    @property
    def beside_the_call(self) -> float:
        """Wall seconds without the call."""
        return self.seconds - sum(seconds for path, seconds in self.steps.items() if path[-1] == CALL)


class Steps:
    """Steps are wall seconds by path: a step within another is also part of that one."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._spawned = 0.0
        self.seconds: defaultdict[tuple[str, ...], float] = defaultdict(float)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure the block."""
        self._path.append(name)
        path = tuple(self._path)
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[path] += time.perf_counter() - began
            self._path.pop()

    def spawned(self) -> str:
        """Note that a worker is started now."""
        self._spawned = time.monotonic()
        return "start a process"

    def started(self, worker: Any) -> str:
        """Take over what ``worker`` says of its start."""
        moments = getattr(getattr(worker, "started", None), "moments", {})
        began = last = next(iter(moments.values()), 0.0) if "copy" in moments else self._spawned
        for part, moment in moments.items():
            self.seconds["worker, as it starts", part] += moment - last
            last = moment
        if moments:
            self.seconds["worker, as it starts",] += last - began
        return "end"

    def wrap(self, owner: Any, attribute: str, name: Callable[..., str]) -> None:
        """Measure each call of ``owner.attribute``, under what ``name`` makes of its arguments; '' for not at all."""
        function = getattr(owner, attribute)

        @functools.wraps(function)
        def measured(*arguments: Any, **named: Any) -> Any:
            said = name(*arguments, **named)
            with self.step(said) if said and self._path else nullcontext():
                return function(*arguments, **named)

        setattr(owner, attribute, measured)


def _statement(_: object, query: object, *__: object, **___: object) -> str:
    text = query.as_string(None) if isinstance(query, sql.Composable) else query
    words = (text.decode() if isinstance(text, bytes) else str(text)).split()
    return "SQL " + " ".join(words[:3])[:40]


def instrument(steps: Steps) -> None:
    """Have everything that a sample consists of measured; for the rest of this process."""
    for module_name, class_name, function, name in _WRAPPED:
        module: Any = importlib.import_module(module_name)
        owner = getattr(module, class_name, None) if class_name else module
        if owner is not None and hasattr(owner, function):
            steps.wrap(owner, function, lambda *_, said=name, **__: said)
    process = importlib.import_module("bench.harness.worker_process").WorkerProcess
    steps.wrap(process, "receive", lambda _, done, *__, **___: done.__name__.lower())
    executor: Any = importlib.import_module("bench.harness.executor")
    steps.wrap(executor, "_started", lambda *_, **__: steps.spawned())
    steps.wrap(process, "end", lambda worker: steps.started(worker))
    steps.wrap(psycopg, "connect", lambda *_, **__: "connect")
    steps.wrap(psycopg.Connection, "execute", _statement)
    steps.wrap(psycopg.Connection, "close", lambda *_, **__: "close the session")


def measure(data: DataStage, probe: ProbeName, name: str, samples: int) -> list[SampleCost]:
    """Take ``samples`` samples, and return what each one cost."""
    steps = Steps()
    instrument(steps)
    with psycopg.connect(data.access.conninfo) as connection:
        postmaster = find_postmaster(connection.info.backend_pid, data.access.database)
    implementation = implementation_of(JOB, name)
    found = []
    for _ in range(samples):
        steps.seconds.clear()
        before, server, copies = times(), cpu_seconds(postmaster) if postmaster else 0.0, _of_copies(data)
        began = time.perf_counter()
        with steps.step("sample"):
            data.sample(probe, implementation, None)
        seconds = time.perf_counter() - began
        after = times()
        cpu = {
            "bench": after.user + after.system - before.user - before.system,
            "worker": after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
            + max(0.0, _of_copies(data) - copies),
            "server": (cpu_seconds(postmaster) if postmaster else 0.0) - server,
        }
        found.append(SampleCost(dict(steps.seconds), cpu, seconds))
    return found


def _of_copies(data: DataStage) -> float:
    """Return the CPU seconds of workers that wait to be copied, and of their copies."""
    waiting = getattr(data.executor, "waiting", ())
    return sum(one.cpu_seconds for supervisor in waiting for one in descendants(supervisor))


def render(costs: Sequence[SampleCost]) -> str:
    """Return the table of ``costs``."""
    kept = costs[LEFT_OUT:] or costs
    paths = dict.fromkeys(path for cost in kept for path in cost.steps)
    lines = [f"{'step':<58} {'wall ms':>8}"]
    for path in _in_tree(paths):
        median = statistics.median(cost.steps.get(path, 0.0) for cost in kept)
        if median >= 0.0005:
            lines.append(f"{'  ' * (len(path) - 1) + path[-1]:<58} {median * 1000:>8.0f}")
    lines.append(f"{'beside the call':<58} {statistics.median(c.beside_the_call for c in kept) * 1000:>8.0f}")
    lines += [
        f"{f'CPU, {who}':<58} {statistics.fmean(cost.cpu[who] for cost in kept) * 1000:>8.0f}" for who in kept[0].cpu
    ]
    whole = statistics.fmean(sum(cost.cpu.values()) for cost in kept)
    lines.append(f"{'CPU, all, the call included':<58} {whole * 1000:>8.0f}")
    return "\n".join(lines)


def _in_tree(paths: dict[tuple[str, ...], None]) -> list[tuple[str, ...]]:
    """Return the paths so that each comes after the one that it is part of, otherwise in their order."""
    found: list[tuple[str, ...]] = []

    def add(path: tuple[str, ...]) -> None:
        found.append(path)
        for one in paths:
            if one[:-1] == path:
                add(one)

    for path in paths:
        if len(path) == 1:
            add(path)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scan", default="100/3")
    parser.add_argument("--implementation", default="streaming")
    parser.add_argument("--probe", default="time")
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="Print the raw figures instead.")
    asked = parser.parse_args(arguments)
    source = DataSource(size=parse_size(JOB, asked.scan))
    with open_stage(None, 16) as stage, stage.data(JOB, source) as data:
        costs = measure(data, cast(ProbeName, asked.probe), asked.implementation, asked.samples)
    if asked.json:
        print(json.dumps([{"beside": c.beside_the_call, "cpu": c.cpu} for c in costs[LEFT_OUT:]]))  # noqa: T201 - its output
    else:
        print(render(costs))  # noqa: T201 - this is its output


if __name__ == "__main__":
    main()
