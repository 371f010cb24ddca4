"""Faults of a job's description, each in one line with its remedy, found before anything is started."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bench.errors import InputError
from bench.jobs.job import Job
from bench.jobs.size import parse_size

ROWS = "rows"
"""The quantity that every job has."""

_FUNCTION = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_WORD = re.compile(r"[a-z][a-z0-9_]*")


def check_job(job: Job) -> Job:
    """Return ``job``. Raises InputError where it cannot be measured as it is described."""
    for fault in _faults(job):
        raise InputError(f"job {job.name!r}: {fault}")
    return job


def known_quantities(job: Job) -> tuple[str, ...]:
    """Return the names of the quantities that laws may speak of."""
    return (ROWS, *job.size, *job.quantities)


def _faults(job: Job) -> Iterator[str]:
    if not job.name.strip():
        yield "it has no name; give it one, such as name='statements'"
    yield from _target_faults(job)
    yield from _implementation_faults(job)
    yield from _size_faults(job)
    yield from _option_faults(job)


def _target_faults(job: Job) -> Iterator[str]:
    if not job.targets:
        yield "it has no targets; name each table that the function writes"
    for target in job.targets:
        if not target.own:
            yield (
                f"target {target.table!r} has no own columns, so its rows could not be told from those of others; "
                "write own={column: argument}"
            )
    yield from _repeated("target", (target.table for target in job.targets))


def _implementation_faults(job: Job) -> Iterator[str]:
    if not job.implementations:
        yield "it has no implementation; write implementations={name: 'module:function'}"
    for name, function in job.implementations.items():
        if not _FUNCTION.fullmatch(function):
            yield f"implementation {name!r} is {function!r}; write 'module:function'"
    for name in job.measured:
        if name not in job.implementations:
            yield f"measured names {name!r}, which is no implementation; known are {', '.join(job.implementations)}"


def _size_faults(job: Job) -> Iterator[str]:
    if not job.size:
        yield "its size counts nothing; write size=('customers',) or what else the data have"
    for name in job.size:
        if not _WORD.fullmatch(name):
            yield f"size {name!r} is no word; write one in lower case, which becomes an option of `bench sweep`"
    yield from _repeated("quantity", known_quantities(job))
    for kind, names in (("rows_follow", job.rows_follow), ("largest", job.largest), ("grid", job.grid)):
        for name in names:
            if name not in job.size:
                yield f"{kind} names {name!r}, which size does not; known are {', '.join(job.size)}"
    if not job.sizes:
        yield "it has no sizes; write those that are measured unless others are asked for"
    for label in job.sizes:
        try:
            parse_size(job, label)
        except InputError as error:
            yield f"sizes: {error}"


def _option_faults(job: Job) -> Iterator[str]:
    for option in job.options:
        if not _WORD.fullmatch(option.name):
            yield f"option {option.name!r} is no word; write one in lower case, with _ between its parts"
    yield from _repeated("option", (option.name for option in job.options))


def _repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    found = list(names)
    yield from (f"{what} {name!r} occurs twice; keep one of the two" for name in found if found.count(name) > 1)
