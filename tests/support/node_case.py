"""What measures for a node of the tests: figures made up from the size, or those that commits hold.

``python -m tests.support.node_case WORDS… --case FOLDER``: ``deviates`` gives other figures than on other nodes,
``fails=LABEL`` ends with an error, ``hold=LABEL=FOLDER`` waits until ``go`` is in the folder. ``clone=FOLDER`` is where
commits are, whose ``pkg/figure`` is what ``tests.bisect.fake_measure`` says; LABEL is then the last one's subject.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import time
from dataclasses import replace
from pathlib import Path

import msgspec

from bench.bisect.judge import NotMeasuredError
from bench.nodes.messages import Work
from bench.results.records import SCHEMA, Results
from bench.results.store import write_results
from bench.revisions.repository import Repository
from tests.support import builders

GO = "go"
FIGURE = "pkg/figure"
"""The file of a commit that holds its figure, or why it has none."""
_METRICS = {"statements": "statements_django", "memory": "peak_heap_bytes"}


def results_of(work: Work, *, deviates: bool = False) -> Results:
    """Return figures that follow from the size alone, so that every node has the same."""
    findings, regions = map(int, work.size.split("/"))
    data = builders.dataset(work.label, findings, regions)
    return Results(
        schema=SCHEMA,
        created="2026-01-02T03:04:05+00:00",
        job=builders.JOB,
        command=work.command,
        environment=builders.environment(),
        implementations=work.implementations,
        datasets=(data,),
        measurements=tuple(
            one
            for name in work.implementations
            for one in (
                builders.measurement(work.label, name, "peak_heap_bytes", 20e6 + 1e4 * findings + 1e6 * deviates),
                builders.measurement(work.label, name, "statements_django", 18 + deviates),
                builders.measurement(work.label, name, "rows_written", data.rows),
                *(
                    builders.measurement(work.label, name, metric, *[0.5] * work.samples)
                    for metric in ("wall_seconds", "cpu_seconds")
                    if work.samples
                ),
            )
        ),
        digests=tuple(
            builders.digest(work.label, name, data.rows, hashlib.sha256(work.label.encode()).hexdigest())
            for name in work.implementations
        ),
        statements=(),
        heap=(),
        allocations=(),
        failures=(),
        planned_samples=work.samples,
    )


def results_at(work: Work, repository: Repository, *, deviates: bool = False) -> Results:
    """Return the figures that the commits of ``work`` hold. Raises NotMeasuredError for one that cannot be run."""
    held = {}
    for name, commit in work.commits.items():
        content = repository.file(commit, FIGURE)
        assert content is not None
        held[name] = content.decode()
    for text in held.values():
        if text.startswith("broken"):
            raise NotMeasuredError(text)
    values = {name: float(text.split()[0]) + deviates for name, text in held.items()}
    noise = {name: random.Random(work.commits[name]) for name in values}
    data = builders.dataset(work.label, *map(int, work.size.split("/")))
    return replace(
        results_of(work),
        measurements=tuple(
            builders.measurement(work.label, name, _METRICS[probe], value)
            for name, value in values.items()
            for probe in work.probes
            if probe in _METRICS
        )
        + tuple(
            builders.measurement(
                work.label,
                name,
                "wall_seconds",
                *(value * noise[name].lognormvariate(0, 0.02) for _ in range(work.samples)),
            )
            for name, value in values.items()
            if work.samples
        ),
        digests=tuple(
            builders.digest(work.label, name, data.rows, rows=("beef" if text.endswith("rows") else "cafe") * 16)
            for name, text in held.items()
        ),
    )


def _case(*words: str) -> None:
    work = msgspec.json.decode(sys.stdin.buffer.read(), type=Work)
    clones = [Repository(Path(word.removeprefix("clone="))) for word in words if word.startswith("clone=")]
    label = work.label
    if work.commits:
        label = clones[0].describe([*work.commits.values()][-1:])[0].subject
    folder = Path(words[words.index("--case") + 1])
    sys.stdout.write('{"stage": "pretending"}\n')
    sys.stdout.flush()
    if f"fails={label}" in words:
        sys.exit("bench: there is no room")
    for word in words:
        place = word.removeprefix(f"hold={label}=")
        if place != word:
            (Path(place) / f"held-{os.getpid()}").touch()
            while not (Path(place) / GO).exists():
                time.sleep(0.05)
    try:
        found = results_at(work, clones[0], deviates="deviates" in words) if work.commits else None
    except NotMeasuredError as error:
        (folder / "unrunnable.txt").write_text(str(error))
        return
    write_results(folder / "results.json", found or results_of(work, deviates="deviates" in words))
    (folder / "benchmarks.json").write_bytes(b"[]")


if __name__ == "__main__":
    _case(*sys.argv[1:])
