"""A/A of workers that are copied against workers that are started: the same code, every metric, interleaved.

``.venv/bin/python -m experiments.copied_workers [--scan 100/3] [--samples 6] [--implementation NAME] [--probe NAME]…``

One line for each metric: the medians of both, their ratio, and how far the samples of each are apart. ``rss``,
``memory-untraced`` and ``time`` are no passes that a run takes by copies; they are here to show why.
"""

from __future__ import annotations

import argparse
import statistics
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from bench.compliance.job import JOB
from bench.harness import copied_workers
from bench.harness.executor import ProcessExecutor
from bench.harness.plan import SINGLE_PROBES
from bench.harness.stage import DataStage, open_stage
from bench.jobs.job import DataSource
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size
from bench.messages.request import ProbeName, SampleRequest

PROBES: tuple[ProbeName, ...] = (*SINGLE_PROBES, "time")


@dataclass(frozen=True)
class Compared:
    """Compared is one metric's samples by copies and by processes that were started."""

    metric: str
    copied: tuple[float, ...]
    started: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the copies by that of the others; 1 where both are 0."""
        one, other = statistics.median(self.copied), statistics.median(self.started)
        return one / other if other else float(one == other)

    @property
    def apart(self) -> float:
        """How far the samples of one kind are apart at most, as a share of their median."""
        return max(
            (max(one) - min(one)) / statistics.median(one) if statistics.median(one) else 0.0
            for one in (self.copied, self.started)
        )


class _AlwaysCopied(copied_workers.CopiedWorkers):
    """CopiedWorkers for every pass."""

    def _started(self, request: SampleRequest) -> copied_workers.Origin | None:
        origin = super()._started(request)
        return None if origin is None else replace(origin, probes=PROBES)


def compare(data: DataStage, name: str, samples: int, probes: Sequence[ProbeName] = PROBES) -> list[Compared]:
    """Take samples of all ``probes`` by both kinds of workers, in pairs whose order alternates."""
    implementation = implementation_of(JOB, name)
    found: dict[tuple[str, bool], list[float]] = defaultdict(list)
    scratch = data.copy_folder.parent
    with closing(ProcessExecutor(scratch)) as copying, closing(ProcessExecutor(scratch, copies=False)) as starting:
        copying.copied = _AlwaysCopied(copying.open, copying.starts, scratch)
        kinds = {True: replace(data, executor=copying), False: replace(data, executor=starting)}
        for probe in probes:
            for number in range(samples):
                for copied in (True, False) if number % 2 else (False, True):
                    reading, _ = kinds[copied].sample(probe, implementation, None)
                    for metric, value in reading.values.items():
                        found[f"{probe}: {metric}", copied].append(value)
    metrics = dict.fromkeys(metric for metric, _ in found)
    return [Compared(metric, tuple(found[metric, True]), tuple(found[metric, False])) for metric in metrics]


def render(compared: Sequence[Compared]) -> str:
    """Return the table."""
    lines = [f"{'metric':<44} {'copied':>14} {'started':>14} {'ratio':>8} {'apart':>8}"]
    lines += [
        f"{one.metric:<44} {statistics.median(one.copied):>14,.6g} {statistics.median(one.started):>14,.6g}"
        f" {one.ratio:>8.4f} {one.apart:>8.2%}"
        for one in compared
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scan", default="100/3")
    parser.add_argument("--implementation", default="streaming")
    parser.add_argument("--samples", type=int, default=6)
    parser.add_argument("--probe", action="append", choices=PROBES)
    asked = parser.parse_args(arguments)
    vars(copied_workers)["PROBES"] = PROBES  # what a run would not copy is copied here as well
    source = DataSource(size=parse_size(JOB, asked.scan))
    with open_stage(None, 16) as stage, stage.data(JOB, source) as data:
        print(render(compare(data, asked.implementation, asked.samples, asked.probe or PROBES)))  # noqa: T201 - this is its output


if __name__ == "__main__":
    main()
