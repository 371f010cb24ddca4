"""Sizes as people write them: ``10k/20``, the numbers in the order of the job's ``size``."""

from __future__ import annotations

import re

from bench.errors import InputError
from bench.jobs.job import Job, Size

_NUMBER = re.compile(r"([0-9]{1,9})([kKmM]?)")
_FACTOR = {"": 1, "k": 1_000, "m": 1_000_000}
_LARGEST = 10**9
"""Of a number whose job names no bound of its own."""


def parse_size(job: Job, label: str) -> Size:
    """Read one number for each of the job's ``size``; k and M multiply by a thousand and a million.

    Raises InputError.
    """
    numbers = [_number(part) for part in label.split("/")]
    if None in numbers or len(numbers) != len(job.size):
        example = f"--scan {job.sizes[-1]}"
        raise InputError(f"{job.noun} size {label!r} is not {'/'.join(job.size)}; write for example {example}")
    found = {name: number for name, number in zip(job.size, numbers, strict=True) if number is not None}
    if not all(1 <= number <= _most(job, name) for name, number in found.items()):
        bounds = " and ".join(f"1 to {_short(_most(job, name))} {name}" for name in job.size)
        raise InputError(f"{job.noun} size {label!r} is out of bounds; write {bounds}")
    return Size(label=label, numbers=found)


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    return int(found[1]) * _FACTOR[found[2].lower()] if found else None


def _most(job: Job, name: str) -> int:
    return job.largest.get(name, _LARGEST)


def _short(number: int) -> str:
    return f"{number // 1_000_000}M" if number >= 1_000_000 and number % 1_000_000 == 0 else f"{number:,}"
