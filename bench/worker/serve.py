"""What a worker does on a request: migrate, describe implementations, take a sample, make a call."""

from __future__ import annotations

import socket
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import msgspec

from bench.compliance.contract import Outcome, install_catalogue
from bench.compliance.schema.django_setup import close_connections, migrate, set_up_apps, set_up_django
from bench.datasets.catalogue.record import read_catalogue
from bench.datasets.scan import ScanKey
from bench.datasets.scan.warm_up import warm_up_catalogue
from bench.declare.divergence import divergences_of
from bench.declare.laws import laws_of
from bench.declare.promise import promises_of
from bench.declare.registry import load, locate
from bench.declare.source import source_fingerprint
from bench.declare.storage import DeclaredStorage, storage_of
from bench.errors import BenchError, InputError, MeasurementError
from bench.messages.reading import Call, Reading
from bench.messages.request import (
    Answer,
    CallRequest,
    DescribeRequest,
    MigrateRequest,
    Request,
    SampleRequest,
    ServeRequest,
    TrialRequest,
)
from bench.results.conformance import DeclaredDivergences
from bench.results.promises import DeclaredPromises
from bench.results.records import DeclaredLaws
from bench.worker.copy_baseline import copy_baseline
from bench.worker.probes.database import read_database
from bench.worker.probes.fault import read_trial
from bench.worker.probes.memory import read_peak_heap, read_peak_heap_untraced
from bench.worker.probes.rss import read_peak_rss
from bench.worker.probes.statements import read_statements
from bench.worker.probes.time import read_time


def serve(request: Request, gate: Callable[[], None]) -> Answer:
    """Do what is asked; every exception becomes the answer's one-line error, with its traceback in the log.

    ``gate`` returns when a call that waits for a sign may begin.
    """
    try:
        match request:
            case MigrateRequest():
                migrate(request.access)
                return Answer()
            case DescribeRequest():
                return _describe(request.implementations)
            case SampleRequest():
                return _take_sample(request)
            case TrialRequest():
                return Answer(reading=_try(request, gate))
            case ServeRequest():
                _serve_socket(request, gate)
                return Answer()
            case CallRequest():
                return Answer(reading=_call(request))
    except InputError as error:
        return Answer(error=str(error), input_error=True)
    except BenchError as error:
        return Answer(error=str(error))
    except Exception as error:  # noqa: BLE001 - the implementation is anybody's code
        traceback.print_exc()
        return Answer(error=_one_line(error))


def _describe(names: Iterable[str]) -> Answer:
    """Return what the implementations declare. Raises InputError for one that cannot be loaded."""
    set_up_apps()
    loaded = {name: load(name) for name in names}
    sources = {name: source_fingerprint(locate(name).partition(":")[0]) for name in loaded}
    return Answer(
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


def _warm_call(request: SampleRequest | TrialRequest) -> partial[Outcome]:
    """Set everything up, warm up, and return the call to measure."""
    set_up_django(request.access)
    if isinstance(request, SampleRequest) and request.copy_folder is not None:
        implementation = copy_baseline(Path(request.copy_folder))
    else:
        implementation = load(request.implementation)
    install_catalogue(request.scan.provider, read_catalogue(Path(request.catalogue_path)).frameworks)
    install_catalogue(request.warm_up.provider, warm_up_catalogue())

    def call_on(scan: ScanKey) -> partial[Outcome]:
        return partial(implementation, scan.tenant_id, scan.scan_id)

    # Imports, connections, prepared statements and lazy caches are paid here, as in a worker that has run before.
    call_on(request.warm_up)()
    return call_on(request.scan)


def _take_sample(request: SampleRequest) -> Answer:
    call = _warm_call(request)
    probes: dict[str, Callable[[Call], Reading]] = {
        "memory": read_peak_heap,
        "memory-untraced": read_peak_heap_untraced,
        "rss": read_peak_rss,
        "statements": partial(read_statements, access=request.access),
        "database": partial(read_database, access=request.access),
        "rows": lambda call: Reading(values={}, outcome=call()),
        "time": partial(read_time, label=request.label),
    }
    reading = probes[request.probe](call)
    _check_outcome(reading.outcome)
    return Answer(reading=reading)


def _try(request: TrialRequest, gate: Callable[[], None]) -> Reading:
    call = _warm_call(request)
    if request.gated:
        gate()
    reading = read_trial(call, request.access, request.fault)
    _check_outcome(reading.outcome)
    return reading


def _serve_socket(request: ServeRequest, gate: Callable[[], None]) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(request.socket)
        with connection.makefile("rwb") as lines:
            for line in lines:
                answer = serve(msgspec.json.decode(line, type=Request), gate)
                lines.write(msgspec.json.encode(answer) + b"\n")
                lines.flush()


def _call(request: CallRequest) -> Reading:
    set_up_django(request.access)
    install_catalogue(request.scan.provider, read_catalogue(Path(request.catalogue_path)).frameworks)
    try:
        outcome = load(request.implementation)(request.scan.tenant_id, request.scan.scan_id)
    finally:
        close_connections()
    _check_outcome(outcome)
    return Reading(values={}, outcome=outcome)


def _check_outcome(outcome: object) -> None:
    """Raise MeasurementError where an implementation returned something else than the contract says."""
    try:
        msgspec.convert(outcome, Outcome, strict=True)
    except msgspec.ValidationError as error:
        raise MeasurementError(f"the implementation returned no bench.compliance.contract.Outcome: {error}") from error


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
