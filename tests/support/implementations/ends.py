"""Implementations that end badly."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from bench.compliance.contract import Outcome
from bench.compliance.schema.connections import admin_connection
from optimized_impl import create_compliance_requirements as honest

SETTINGS = "bench.compliance.schema.settings"


def raises(tenant_id: str, scan_id: str) -> Outcome:
    raise ValueError("two\nlines")


def hangs(tenant_id: str, scan_id: str) -> Outcome:
    sys.stderr.write("about to hang\n")
    time.sleep(3600)
    raise AssertionError("nobody waits so long")


def hangs_deaf(tenant_id: str, scan_id: str) -> Outcome:
    """Hang, and hear no request to end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    return hangs(tenant_id, scan_id)


def hangs_in_the_server(tenant_id: str, scan_id: str) -> Outcome:
    """Hang in a query whose server process notices nothing of this one's end, with a lock that everybody needs."""
    with admin_connection() as connection:
        connection.execute("LOCK TABLE compliance_requirements_overviews")
        connection.execute("SELECT pg_sleep(3600)")
    raise AssertionError("nobody waits so long")


def exits(tenant_id: str, scan_id: str) -> Outcome:
    sys.exit(0)


def exits_with_a_message(tenant_id: str, scan_id: str) -> Outcome:
    sys.exit("configuration missing")


def interrupts(tenant_id: str, scan_id: str) -> Outcome:
    raise KeyboardInterrupt


def raises_a_surrogate(tenant_id: str, scan_id: str) -> Outcome:
    raise ValueError("file \udcff is \x1b[31mbad")


def raises_its_environment(tenant_id: str, scan_id: str) -> Outcome:
    names = [name for name in os.environ if name.startswith(("PYTHON", "PYTEST", "COV", "DJANGO"))]
    raise ValueError(" ".join(name for name in names if os.environ[name] != SETTINGS))


def raises_without_text(tenant_id: str, scan_id: str) -> Outcome:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no text")

    raise MuteError


def kills_itself_by_a_real_time_signal(tenant_id: str, scan_id: str) -> Outcome:
    os.kill(os.getpid(), 40)
    return hangs(tenant_id, scan_id)


def kills_its_process_group(tenant_id: str, scan_id: str) -> Outcome:
    os.killpg(0, signal.SIGTERM)
    return hangs(tenant_id, scan_id)


def recurses(tenant_id: str, scan_id: str) -> Outcome:
    return recurses(scan_id, tenant_id)


def overflows_the_stack(tenant_id: str, scan_id: str) -> Outcome:
    """Nest far deeper than the C stack is large, in code that does not count its depth."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(10**9)
    nested: list[object] = []
    for _ in range(10**6):
        nested = [nested]
    return overflows_the_stack(repr(nested), scan_id)


def closes_every_descriptor(tenant_id: str, scan_id: str) -> Outcome:
    outcome = honest(tenant_id, scan_id)
    os.closerange(0, 256)
    return outcome


def takes_the_pipe_over(tenant_id: str, scan_id: str) -> Outcome:
    """Close the answer's pipe, and open files until one has its number."""
    outcome = honest(tenant_id, scan_id)
    os.closerange(3, 256)
    for _ in range(20):
        os.open(os.devnull, os.O_WRONLY)
    return outcome


def writes_to_every_descriptor(tenant_id: str, scan_id: str) -> Outcome:
    outcome = honest(tenant_id, scan_id)
    for descriptor in range(3, 256):
        with suppress(OSError):
            os.write(descriptor, b"garbage")
    return outcome


def returns_in_a_fork_as_well(tenant_id: str, scan_id: str) -> Outcome:
    outcome = honest(tenant_id, scan_id)
    os.fork()
    return outcome


def raises_in_a_fork_while_the_worker_returns(tenant_id: str, scan_id: str) -> Outcome:
    outcome = honest(tenant_id, scan_id)
    if os.fork() == 0:
        time.sleep(0.1)
        raise ValueError("in the fork")
    return outcome


def returns_what_is_no_text(tenant_id: str, scan_id: str) -> Outcome:
    return {**honest(tenant_id, scan_id), "regions_processed": ["\udcff"]}


def exits_at_once(tenant_id: str, scan_id: str) -> Outcome:
    os._exit(0)


def kills_itself(tenant_id: str, scan_id: str) -> Outcome:
    os.kill(os.getpid(), signal.SIGKILL)
    return hangs(tenant_id, scan_id)


def aborts(tenant_id: str, scan_id: str) -> Outcome:
    sys.stdout.write("about to abort\n")
    sys.stdout.flush()
    os.abort()


def kills_itself_beside_a_child(tenant_id: str, scan_id: str) -> Outcome:
    """End while a forked child holds every pipe open."""
    if os.fork() == 0:
        return hangs(tenant_id, scan_id)
    return kills_itself(tenant_id, scan_id)


def says_much_and_raises(tenant_id: str, scan_id: str) -> Outcome:
    for stream in (sys.stdout, sys.stderr):
        for _ in range(1000):
            stream.write("ü" * 5_000 + "\n")
        stream.flush()
    raise ValueError("last words")


_warmed_up: set[str] = set()


def _after_the_warm_up(end: Callable[[str, str], Outcome]) -> Callable[[str, str], Outcome]:
    def run(tenant_id: str, scan_id: str) -> Outcome:
        if end.__name__ in _warmed_up:
            return end(tenant_id, scan_id)
        _warmed_up.add(end.__name__)
        return honest(tenant_id, scan_id)

    return run


exits_with_a_message_after_the_warm_up = _after_the_warm_up(exits_with_a_message)
interrupts_after_the_warm_up = _after_the_warm_up(interrupts)


def kills_itself_while_logged(tenant_id: str, scan_id: str) -> Outcome:
    """End by SIGKILL in the statement pass, once the warm-up is over; do nothing in any other."""
    with admin_connection() as connection:
        if connection.execute("SHOW log_statement").fetchone() == ("all",):
            os.kill(os.getpid(), signal.SIGKILL)
    return {"requirements_created": 0, "regions_processed": [], "compliance_frameworks": []}
