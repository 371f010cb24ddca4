"""What measures for a node of the tests: figures made up from the size.

``python -m tests.support.node_case WORDS… --case FOLDER``: ``deviates`` gives other figures than on other nodes,
``fails=LABEL`` ends with an error, ``hold=LABEL=FOLDER`` waits until ``go`` is in the folder.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from pathlib import Path

import msgspec

from bench.nodes.messages import Work
from bench.results.records import SCHEMA, Results
from bench.results.store import write_results
from tests.support import builders

GO = "go"


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


def _case(*words: str) -> None:
    work = msgspec.json.decode(sys.stdin.buffer.read(), type=Work)
    folder = Path(words[words.index("--case") + 1])
    sys.stdout.write('{"stage": "pretending"}\n')
    sys.stdout.flush()
    if f"fails={work.label}" in words:
        sys.exit("bench: there is no room")
    for word in words:
        place = word.removeprefix(f"hold={work.label}=")
        if place != word:
            (Path(place) / f"held-{os.getpid()}").touch()
            while not (Path(place) / GO).exists():
                time.sleep(0.05)
    write_results(folder / "results.json", results_of(work, deviates="deviates" in words))
    (folder / "benchmarks.json").write_bytes(b"[]")


if __name__ == "__main__":
    _case(*sys.argv[1:])
