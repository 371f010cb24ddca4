"""A sample: one call in a worker, with what its probe reads there and what the parent reads of the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import psycopg

from bench.database.access import one_line
from bench.errors import DatabaseError, MeasurementError
from bench.harness.measure.benchmark import benchmark_document
from bench.harness.measure.coverage import incomplete
from bench.harness.measure.database import read_database
from bench.harness.measure.left_behind import refuse_left_behind
from bench.harness.measure.statements import read_plans, read_statements
from bench.harness.worker_process import SampleError, WorkerProcess
from bench.messages.reading import Reading
from bench.messages.request import SampleRequest
from bench.messages.worker_line import Called, Nothing


def take_sample(
    process: WorkerProcess, request: SampleRequest, timeout_seconds: float, versions: Mapping[str, str]
) -> Reading:
    """Warm up and make the call in a worker that has started. Raises SampleError."""
    if request.warm_up is not None:
        process.ask(Nothing, timeout_seconds, "warm_up", arguments=request.warm_up)

    def call() -> Called:
        return process.ask(Called, timeout_seconds, "call", arguments=request.arguments)

    def command(name: str) -> None:
        process.ask(Nothing, timeout_seconds, name)

    try:
        latest = process.watch.latest if process.watch else dict
        refuse_left_behind(request.access)
        match request.probe:
            case "database":
                called, reading = read_database(call, command, request.access)
            case "statements":
                called, reading = read_statements(call, request.access, process.watch, process.unwatched)
            case "plans":
                called, reading = read_plans(call, process.watch, process.unwatched)
            case _:
                called = call()
                reading = _reading(called)
        refuse_left_behind(request.access, latest())
    except (MeasurementError, DatabaseError) as error:
        raise SampleError("error", str(error), process.log_tail) from error
    except psycopg.Error as error:
        message = f"the server cannot be measured: {one_line(error)}; see its log"
        raise SampleError("error", message, process.log_tail) from error
    if request.probe == "time":
        document = benchmark_document(request.label, request.group, reading.values, versions["python"])
        reading = replace(reading, benchmark=document)
    return replace(reading, incomplete=incomplete(reading.values, called))


def _reading(called: Called) -> Reading:
    return Reading(
        values=called.values,
        outcome=called.outcome,
        heap=called.heap,
        calls=called.calls,
        trees=called.trees,
        warnings=called.warnings,
    )
