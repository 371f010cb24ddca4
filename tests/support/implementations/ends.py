"""Implementations that do not come to a good end."""

from __future__ import annotations

import os
import signal
import sys
import time

from bench.compliance.contract import Outcome
from bench.compliance.schema.connections import admin_connection


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
