"""Loading: a job's own ``load``, and what it returned checked before anything is measured on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.database.access import DatabaseAccess
from bench.errors import BenchError, InputError, describe
from bench.jobs.job import DataSource, Job, Loaded, Progress


def load_data(job: Job, access: DatabaseAccess, source: DataSource, folder: Path, progress: Progress | None) -> Loaded:
    """Have ``job`` load ``source``; the numbers of its size are quantities, too.

    Raises BenchError as ``load`` does, and InputError for a fault of the job itself.
    """
    try:
        loaded = job.load(access, source, folder, progress)
    except BenchError:
        raise
    except Exception as error:
        raise InputError(
            f"job {job.name!r}: loading {source.label} failed: {describe(error)}; correct its load"
        ) from error
    if isinstance(loaded, Loaded) and source.size is not None:
        loaded = replace(loaded, quantities={**source.size.numbers, **loaded.quantities})
    for fault in _faults(job, loaded):
        raise InputError(f"job {job.name!r}: loading {source.label}: {fault}")
    return loaded


def _faults(job: Job, loaded: object) -> Iterator[str]:
    if not isinstance(loaded, Loaded):
        yield f"load returned a {type(loaded).__name__}; return a bench.jobs.job.Loaded"
        return
    yield from _argument_faults(job, loaded)
    yield from _quantity_faults(job, loaded)


def _argument_faults(job: Job, loaded: Loaded) -> Iterator[str]:
    calls = {"arguments": loaded.arguments, **loaded.rivals, **loaded.refused}
    if loaded.warm_up is not None:
        calls["warm_up"] = loaded.warm_up
    owned = [(target, column, argument) for target in job.targets for column, argument in target.own.items()]
    for name, arguments in calls.items():
        for target, column, argument in owned:
            if argument not in arguments:
                yield (
                    f"{name} has no {argument!r}, which column {column!r} of target {target.table!r} equals; "
                    f"known are {', '.join(arguments)}"
                )
    for name in ("arguments", "warm_up", "context", "rivals", "refused"):
        try:
            json.dumps(getattr(loaded, name))
        except (TypeError, ValueError) as error:
            yield f"{name} is no JSON: {describe(error)}; write numbers, texts, lists and objects"


def _quantity_faults(job: Job, loaded: Loaded) -> Iterator[str]:
    expected = (*job.size, *job.quantities)
    for name in expected:
        if name not in loaded.quantities:
            yield f"quantities has no {name!r}; return {', '.join(expected)}"
    for name, value in loaded.quantities.items():
        if name not in expected:
            yield f"quantities has {name!r}, which the job does not name; add it to the job's quantities"
        if not isinstance(value, int) or isinstance(value, bool):
            yield f"quantity {name!r} is {value!r}; return a whole number"
