"""The conversation: how a request is carried out, command by command, while the parent measures the server between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from bench.declare.divergence import DeclaredDivergences
from bench.declare.storage import DeclaredStorage
from bench.harness.measure.sample import take_sample
from bench.harness.memray_folder import memray_folder
from bench.harness.worker_process import START_SECONDS, SampleError, WorkerProcess
from bench.messages.answer import (
    CallAnswer,
    DescribeAnswer,
    MigrateAnswer,
    SampleAnswer,
)
from bench.messages.request import (
    AnswerT,
    CallingRequest,
    CallRequest,
    DescribeRequest,
    MigrateRequest,
    Request,
    SampleRequest,
)
from bench.messages.worker_line import Called, DeclaredFunction, Described, Migrated, Nothing, Started
from bench.results.promises import DeclaredPromises
from bench.results.records import DeclaredLaws

Converse = Callable[[WorkerProcess, Any, float], Any]


def converse(process: WorkerProcess, request: Request[AnswerT], timeout_seconds: float) -> AnswerT:
    """Carry ``request`` out in a worker, which may take others afterwards.

    Raises SampleError, and InputError if the user's input is at fault.
    """
    answer = _CONVERSATIONS[type(request)](process, request, timeout_seconds)
    return cast("AnswerT", answer)


def begin(process: WorkerProcess, request: CallingRequest[Any], probe: str) -> None:
    """Send the command to set the project up for the calls of ``request``; ``start`` takes the answer."""
    environment = request.environment
    process.begun = True
    process.send(
        {
            "command": "start",
            "path": environment.path,
            "settings": environment.settings,
            "set_up": environment.set_up,
            "context": request.context,
            "name": request.implementation,
            "function": request.function,
            "probe": probe,
            "memray": memray_folder(environment.interpreter) if probe.startswith("memory") else "",
            "capture": request.capture if isinstance(request, SampleRequest) else "",
        }
    )


def start(process: WorkerProcess, request: CallingRequest[Any], probe: str) -> Started:
    """Set the project up for the calls of ``request``, as far as that was not done. Raises as ``converse``."""
    if process.started is None:
        if not process.begun:
            begin(process, request, probe)
        with _starting(START_SECONDS, "start", "imports"):
            process.started = process.receive(Started, START_SECONDS)
    return process.started


@contextmanager
def _starting(seconds: float, step: str, waiting: str) -> Iterator[None]:
    """Say of a timeout in the block that the project is at fault, in its ``step``. Raises as ``converse``."""
    try:
        yield
    except SampleError as error:
        if error.kind != "timeout":
            raise
        last_line = error.log_tail.rpartition("\n")[2]
        said = f"its last line: {last_line}" if last_line else "it printed nothing"
        message = f"the project did not {step} within {seconds:g} s ({said}); see what its {waiting} wait for"
        raise SampleError("timeout", message, error.log_tail) from None


def _migrate(process: WorkerProcess, request: MigrateRequest, timeout_seconds: float) -> MigrateAnswer:
    environment = request.environment
    seconds = START_SECONDS + timeout_seconds
    with _starting(seconds, "migrate", "imports and migrations"):
        migrated = process.ask(
            Migrated,
            seconds,
            "migrate",
            path=environment.path,
            settings=environment.settings,
            arguments=environment.migrate,
            skipped_statements=environment.skipped_statements,
        )
    return MigrateAnswer(skipped=migrated.skipped)


def _describe(process: WorkerProcess, request: DescribeRequest, timeout_seconds: float) -> DescribeAnswer:
    environment = request.environment
    seconds = START_SECONDS + timeout_seconds
    with _starting(seconds, "start", "imports"):
        declared: Mapping[str, DeclaredFunction] = process.ask(
            Described,
            seconds,
            "describe",
            path=environment.path,
            settings=environment.settings,
            functions=request.functions,
        ).declared
    return DescribeAnswer(
        laws=tuple(DeclaredLaws(implementation=name, laws=one.values.laws) for name, one in declared.items()),
        promises=tuple(
            DeclaredPromises(implementation=name, promises=one.values.promises, source=one.source)
            for name, one in declared.items()
        ),
        divergences=tuple(
            DeclaredDivergences(implementation=name, divergences=one.values.divergences, source=one.source)
            for name, one in declared.items()
        ),
        storages=tuple(
            DeclaredStorage(implementation=name, storage=one.values.storage) for name, one in declared.items()
        ),
    )


def _sample(process: WorkerProcess, request: SampleRequest, timeout_seconds: float) -> SampleAnswer:
    started = start(process, request, request.probe)
    reading = take_sample(process, request, timeout_seconds, started.versions)
    return SampleAnswer(reading=reading, versions=started.versions)


def _call(process: WorkerProcess, request: CallRequest, timeout_seconds: float) -> CallAnswer:
    start(process, request, "rows")
    try:
        called = process.ask(Called, timeout_seconds, "call", arguments=request.arguments)
    except SampleError:
        if process.answered:
            process.ask(Nothing, timeout_seconds, "close")
        raise
    process.ask(Nothing, timeout_seconds, "close")
    return CallAnswer(outcome=called.outcome)


_CONVERSATIONS: Mapping[type, Converse] = {
    MigrateRequest: _migrate,
    DescribeRequest: _describe,
    SampleRequest: _sample,
    CallRequest: _call,
}
