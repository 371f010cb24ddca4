"""Samples beside each other: two calls at once on a database each, in passes that measure the client and no time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace

from bench.errors import DatabaseError
from bench.harness.executor import ProcessExecutor, SampleError
from bench.harness.plan import PlannedSample, RunPlan
from bench.harness.stage import DataStage
from bench.harness.targets import TargetDigest
from bench.jobs.implementation import Implementation
from bench.jobs.job import Outlook
from bench.messages.reading import Reading
from bench.messages.request import ProbeName

PROBES: tuple[ProbeName, ...] = ("memory", "memory-untraced")
"""The heap does not depend on what else runs. Calls of functions do, by a few, as sockets are read piece by piece."""
FEWEST_ROWS = 40_000
"""For fewer, a database more takes longer than what is saved."""

Sample = tuple[Reading, TargetDigest]


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def worth_it(plan: RunPlan, outlook: Outlook) -> bool:
    """Whether samples of a data set are to be taken beside each other, where its database can be copied."""
    return plan.beside and outlook.rows >= FEWEST_ROWS


def in_groups(planned: Sequence[PlannedSample], *, at_once: bool) -> Iterator[tuple[PlannedSample, ...]]:
    """Yield the samples in their order, ``at_once`` two of one of PROBES and of different implementations together."""
    rest = list(planned)
    while rest:
        first, *rest = rest
        if at_once and rest and first.probe in PROBES and rest[0].probe == first.probe:
            yield first, rest.pop(0)
        else:
            yield (first,)


class Beside:
    """Beside has a second database like that of a DataStage, once it is needed; close it at the end."""

    def __init__(self, data: DataStage) -> None:
        self._data = data
        self._second: DataStage | None = None
        self._resources = ExitStack()
        # One thread for all samples: workers end with the thread that started them, and one waits to be copied.
        self._thread = ThreadPoolExecutor(1)

    def close(self) -> None:
        """Drop the second database."""
        self._second = None
        with suppress(DatabaseError):  # it goes with the run as well
            self._resources.close()
        self._thread.shutdown()

    def take(
        self, probe: ProbeName, implementations: tuple[Implementation, Implementation], timeout: float | None
    ) -> tuple[Sample, Sample] | None:
        """Take a sample of each; None where one of them fails: alone, each fails by its own doing.

        Raises DatabaseError and InputError.
        """
        second = self._second or self._resources.enter_context(_second(self._data))
        self._second = second
        assert isinstance(second.executor, ProcessExecutor)  # made so
        first, other = implementations
        beside = self._thread.submit(second.sample, probe, other, timeout)
        taken = None
        try:
            taken = self._data.sample(probe, first, timeout)
        except SampleError:
            pass
        except BaseException:
            second.executor.interrupt()
            raise
        finally:
            beside.exception()  # wait for it in any case
        try:
            return None if taken is None else (taken, beside.result())
        except SampleError:
            return None


@contextmanager
def _second(data: DataStage) -> Iterator[DataStage]:
    with (
        data.guard.second() as (access, guard),
        closing(ProcessExecutor(data.copy_folder.parent)) as executor,
    ):
        yield replace(data, access=access, guard=guard, executor=executor, resets=[], prepared=set())
