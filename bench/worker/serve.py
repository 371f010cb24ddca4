"""What a worker does on a request: migrate, describe implementations, take a sample, make a call."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec

from bench.compliance.contract import Implementation, Outcome, install_catalogue
from bench.compliance.schema.django_setup import close_connections, migrate, set_up_apps, set_up_django
from bench.datasets.catalogue.record import read_catalogue
from bench.datasets.scan.warm_up import warm_up_catalogue
from bench.declare.divergence import DeclaredDivergences, divergences_of
from bench.declare.laws import laws_of
from bench.declare.promise import promises_of
from bench.declare.registry import load, locate
from bench.declare.source import source_fingerprint
from bench.declare.storage import DeclaredStorage, storage_of
from bench.errors import BenchError, InputError, MeasurementError, describe
from bench.messages.answer import CallAnswer, DescribeAnswer, Done, Failed, SampleAnswer, TrialAnswer
from bench.messages.reading import Call, Reading
from bench.messages.request import (
    READY,
    AnyRequest,
    CallRequest,
    DescribeRequest,
    MigrateRequest,
    SampleRequest,
    ServeRequest,
    TrialRequest,
)
from bench.results.promises import DeclaredPromises
from bench.results.records import DeclaredLaws
from bench.worker.copy_baseline import copy_baseline
from bench.worker.left_behind import refuse_left_behind
from bench.worker.watched_call import WatchedCall

Answer = Done | DescribeAnswer | SampleAnswer | TrialAnswer | CallAnswer | Failed
Probe = Callable[[Call], Reading]


def serve_line(line: bytes, send: Callable[[bytes], None]) -> bytes:
    """Return the answer to the request that is on ``line``; ``send`` sends READY where the request is gated."""
    request = msgspec.json.decode(line, type=AnyRequest)
    # Left to itself, tempfile tries other folders where this one is full, and then names no cause.
    tempfile.tempdir = os.environ.get("TMPDIR")
    try:
        # Last, so that a user's implementation is found there and nothing else is: see the parent's -P.
        sys.path.append(str(Path.cwd()))
    except OSError as error:
        gone = f"the working folder cannot be used: {error.strerror}; change to another"
        return _encoded(Failed(error=gone, input_error=True))
    if not isinstance(request, MigrateRequest):
        # First, so that code of another revision is found instead of the environment's.
        sys.path[:0] = request.python_path

    def wait_for_start() -> None:
        send(READY)
        sys.stdin.buffer.readline()

    return _encoded(_serve(request, wait_for_start))


def _serve(request: AnyRequest, wait_for_start: Callable[[], None]) -> Answer:
    """Do what is asked; every exception becomes an answer, with its traceback in the log."""
    try:
        match request:
            case MigrateRequest():
                migrate(request.access)
                return Done()
            case DescribeRequest():
                return _describe(request.implementations)
            case SampleRequest():
                return _take_sample(request)
            case TrialRequest():
                return _try(request, wait_for_start)
            case ServeRequest():
                _serve_socket(request, wait_for_start)
                return Done()
            case CallRequest():
                return CallAnswer(outcome=_call(request))
    except InputError as error:
        return Failed(error=_message(error), input_error=True)
    except BenchError as error:
        return Failed(error=_message(error))
    except BaseException as error:  # noqa: BLE001 - the implementation is anybody's code, and may call sys.exit
        with suppress(Exception):
            traceback.print_exc()
        return Failed(error=describe(error))


def _encoded(answer: Answer) -> bytes:
    try:
        return msgspec.json.encode(answer)
    except Exception as error:  # noqa: BLE001 - whatever an implementation returned, the cause is to be known
        return msgspec.json.encode(Failed(error=f"what the implementation returned is no JSON: {describe(error)}"))


def _describe(names: Iterable[str]) -> DescribeAnswer:
    """Return what the implementations declare. Raises InputError for one that cannot be loaded."""
    set_up_apps()
    loaded = {name: load(name) for name in names}
    sources = {name: source_fingerprint(locate(name).partition(":")[0]) for name in loaded}
    return DescribeAnswer(
        laws=tuple(DeclaredLaws(implementation=name, laws=laws_of(one)) for name, one in loaded.items()),
        promises=tuple(
            DeclaredPromises(implementation=name, promises=promises_of(one), source=sources[name])
            for name, one in loaded.items()
        ),
        divergences=tuple(
            DeclaredDivergences(implementation=name, divergences=divergences_of(one), source=sources[name])
            for name, one in loaded.items()
        ),
        storages=tuple(DeclaredStorage(implementation=name, storage=storage_of(one)) for name, one in loaded.items()),
    )


def _load(request: SampleRequest | TrialRequest) -> Implementation:
    """Set Django up and return the implementation."""
    set_up_django(request.access)
    if isinstance(request, SampleRequest) and request.copy_folder is not None:
        return copy_baseline(Path(request.copy_folder))
    return load(request.implementation)


def _warm_call(request: SampleRequest | TrialRequest, implementation: Implementation) -> WatchedCall:
    """Load the catalogue, warm up, and return the call to measure."""
    install_catalogue(request.scan.provider, read_catalogue(Path(request.catalogue_path)).frameworks)
    install_catalogue(request.warm_up.provider, warm_up_catalogue())
    # Imports, connections, prepared statements and lazy caches are paid here, as in a worker that has run before.
    WatchedCall(partial(implementation, request.warm_up.tenant_id, request.warm_up.scan_id))()
    return WatchedCall(partial(implementation, request.scan.tenant_id, request.scan.scan_id))


def _probe(request: SampleRequest) -> Probe:
    """Return the probe that is asked for. What it needs is imported here: it takes longer than a small sample."""
    match request.probe:
        case "memory":
            from bench.worker.probes.memory import read_peak_heap

            return read_peak_heap
        case "memory-untraced":
            from bench.worker.probes.memory import read_peak_heap_untraced

            return read_peak_heap_untraced
        case "rss":
            from bench.worker.probes.rss import read_peak_rss

            return read_peak_rss
        case "statements":
            from bench.worker.probes.statements import read_statements

            return partial(read_statements, access=request.access)
        case "database":
            from bench.worker.probes.database import read_database

            return partial(read_database, access=request.access)
        case "time":
            from bench.worker.probes.time import read_time

            return partial(read_time, label=request.label)
        case "rows":
            return lambda call: Reading(values={}, outcome=call())


def _take_sample(request: SampleRequest) -> SampleAnswer:
    # Django's settings come before pytest and models, and the probe before the implementation, which may replace what
    # the probe takes from the library.
    set_up_apps()
    probe = _probe(request)
    implementation = _load(request)
    call = _warm_call(request, implementation)
    refuse_left_behind(request.access)
    reading = probe(call)
    refuse_left_behind(request.access)
    _check_outcome(reading.outcome)
    return SampleAnswer(reading=replace(reading, incomplete=call.incomplete(reading.values)))


def _try(request: TrialRequest, wait_for_start: Callable[[], None]) -> TrialAnswer:
    from bench.worker.probes.fault import call_with_fault

    call = _warm_call(request, _load(request))
    if request.gated:
        wait_for_start()
    answer = call_with_fault(call, request.access, request.fault)
    _check_outcome(answer.outcome)
    return answer


def _serve_socket(request: ServeRequest, wait_for_start: Callable[[], None]) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(request.socket)
        with connection.makefile("rwb") as lines:
            for line in lines:
                answer = _serve(msgspec.json.decode(line, type=AnyRequest), wait_for_start)
                lines.write(_encoded(answer) + b"\n")
                lines.flush()


def _call(request: CallRequest) -> Outcome:
    set_up_django(request.access)
    install_catalogue(request.scan.provider, read_catalogue(Path(request.catalogue_path)).frameworks)
    try:
        implementation = load(request.implementation)
        outcome = WatchedCall(partial(implementation, request.scan.tenant_id, request.scan.scan_id))()
    finally:
        close_connections()
    _check_outcome(outcome)
    return outcome


def _check_outcome(outcome: object) -> None:
    """Raise MeasurementError if an implementation returned something other than the contract says."""
    try:
        msgspec.convert(outcome, Outcome, strict=True)
    except msgspec.ValidationError as error:
        raise MeasurementError(
            f"the implementation returned no bench.compliance.contract.Outcome: {_message(error)}"
        ) from error


def _message(error: Exception) -> str:
    """Return the text of ``error`` without its class."""
    return describe(error).removeprefix(f"{type(error).__name__}: ")
