"""The worker: a fresh process that serves one request, ``python -m bench.worker FD``.

The request comes as JSON on standard input; the answer goes as JSON to the file descriptor FD, a pipe that nothing
else writes to. Whatever the implementation prints lands in the parent's log.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from bench.contract import Outcome, install_catalogue
from bench.datasets.catalogue_record import read_catalogue
from bench.datasets.scan import ScanKey
from bench.datasets.warm_up import warm_up_catalogue
from bench.errors import BenchError, InputError, MeasurementError
from bench.laws import laws_of
from bench.probes.database import read_database
from bench.probes.memory import read_peak_heap, read_peak_heap_untraced
from bench.probes.reading import Call, Reading
from bench.probes.request import Answer, DescribeRequest, MigrateRequest, Request, SampleRequest
from bench.probes.rss import read_peak_rss
from bench.probes.statements import read_statements
from bench.probes.time import read_time
from bench.registry import load
from bench.results.records import DeclaredLaws
from bench.schema.django_setup import migrate, set_up_apps, set_up_django

_PR_SET_PDEATHSIG = 1


def serve(request: Request) -> Answer:
    """Do what is asked; every exception becomes the answer's one-line error, with its traceback in the log."""
    try:
        match request:
            case MigrateRequest():
                migrate(request.access)
                return Answer()
            case DescribeRequest():
                set_up_apps()
                return Answer(
                    laws=tuple(
                        DeclaredLaws(implementation=name, laws=laws_of(load(name))) for name in request.implementations
                    )
                )
            case SampleRequest():
                return Answer(reading=_take_sample(request))
    except InputError as error:
        return Answer(error=str(error), input_error=True)
    except BenchError as error:
        return Answer(error=str(error))
    except Exception as error:  # noqa: BLE001 - the implementation is anybody's code
        traceback.print_exc()
        return Answer(error=_one_line(error))


def _take_sample(request: SampleRequest) -> Reading:
    set_up_django(request.access)
    implementation = load(request.implementation)
    install_catalogue(request.scan.provider, read_catalogue(Path(request.catalogue_path)).frameworks)
    install_catalogue(request.warm_up.provider, warm_up_catalogue())

    def call_on(scan: ScanKey) -> Call:
        return partial(implementation, scan.tenant_id, scan.scan_id)

    # Imports, connections, prepared statements and lazy caches are paid here, as in a worker that has run before.
    call_on(request.warm_up)()

    probes: dict[str, Callable[[Call], Reading]] = {
        "memory": read_peak_heap,
        "memory-untraced": read_peak_heap_untraced,
        "rss": read_peak_rss,
        "statements": partial(read_statements, access=request.access),
        "database": partial(read_database, access=request.access),
        "rows": lambda call: Reading(values={}, outcome=call()),
        "time": partial(read_time, label=request.label),
    }
    reading = probes[request.probe](call_on(request.scan))
    _check_outcome(reading.outcome)
    return reading


def _check_outcome(outcome: object) -> None:
    """Raise MeasurementError where an implementation returned something else than the contract says."""
    try:
        msgspec.convert(outcome, Outcome, strict=True)
    except msgspec.ValidationError as error:
        raise MeasurementError(f"the implementation returned no bench.contract.Outcome: {error}") from error


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _die_with_parent(parent: int) -> None:
    """Have the kernel end this process when its parent ends, also by SIGKILL. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def main() -> None:
    """Serve the request on standard input and write the answer to the pipe."""
    descriptor, parent = int(sys.argv[1]), int(sys.argv[2])
    _die_with_parent(parent)
    # Last, so that a user's implementation is found there and nothing else is: see the parent's -P.
    sys.path.append(str(Path.cwd()))
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    if not isinstance(request, MigrateRequest):
        # First, so that code of another revision is found instead of the environment's.
        sys.path[:0] = request.python_path
    answer = msgspec.json.encode(serve(request))
    with os.fdopen(descriptor, "wb") as pipe:
        pipe.write(answer)


if __name__ == "__main__":
    main()
