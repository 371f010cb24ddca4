"""From the options of a command to the plan of a run or the source of its data."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.cli.options import InputOptions, JobOptions
from bench.errors import InputError
from bench.harness.plan import RunPlan
from bench.jobs.implementation import Implementation
from bench.jobs.job import DataSource, Job, Size
from bench.jobs.registry import implementation_of
from bench.jobs.size import parse_size

_ADDRESSES = ("--database-url", "--broker")
"""Options whose value may hold a password."""


def run_plan(options: JobOptions, implementations: Sequence[str], sources: Sequence[DataSource], **own: Any) -> RunPlan:
    """Return the plan that ``options`` ask for; ``own`` are further fields of the RunPlan. Raises InputError."""
    from bench.harness.beside import cores

    data = options.data if isinstance(options, InputOptions) else {}
    return RunPlan(
        job=options.job,
        implementations=parse_implementations(options.job, implementations),
        sources=tuple(sources),
        command=command_line(options.job, data),
        timeout_seconds=options.timeout,
        database_url=options.database_url,
        server_major=options.postgres,
        beside=cores() > 1,
        **own,
    )


def chosen_sources(
    options: InputOptions, scans: Sequence[str] | None, file: Path | None = None
) -> tuple[DataSource, ...]:
    """Return the data that were asked for, else those that the job names. Raises InputError if both kinds were."""
    if scans and file:
        raise InputError("--scan and --scan-file were both given; leave one out")
    if file is not None:
        return (DataSource(size=None, file=file, seed=options.seed, options=options.data),)
    return tuple(
        DataSource(size=size, seed=options.seed, options=options.data)
        for size in parse_sizes(options.job, scans or options.job.sizes)
    )


def parse_sizes(job: Job, labels: Sequence[str]) -> tuple[Size, ...]:
    """Read sizes; the same one twice is an error. Raises InputError."""
    sizes = tuple(parse_size(job, label) for label in labels)
    _refuse_repeats("--scan", ["/".join(map(str, size.numbers.values())) for size in sizes])
    return sizes


def parse_implementations(job: Job, names: Sequence[str]) -> tuple[Implementation, ...]:
    """Check that each name is known or has the form package.module:function. Raises InputError."""
    found = tuple(implementation_of(job, name) for name in names)
    _refuse_repeats("--implementation", names)
    return found


def command_line(job: Job, data: Mapping[str, str]) -> str:
    """The command line as typed, without what a URL may hold; bytes that are no text are shown as escapes.

    The job may hide more, such as an account in the name of a file.
    """
    words = ["bench", *(word.encode(errors="backslashreplace").decode() for word in sys.argv[1:])]
    for position, word in enumerate(words):
        for option in _ADDRESSES:
            if word.startswith(f"{option}="):
                words[position] = f"{option}=…"
            elif position and words[position - 1] == option:
                words[position] = "…"
    public = job.public
    return shlex.join(words if public is None else [public(word, data) for word in words])


def _refuse_repeats(option: str, values: Sequence[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise InputError(f"{option} {value} was given more than once; name each once")
