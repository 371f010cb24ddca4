"""Streaming, with more work that the worker's own process does not do itself, or not while the call lasts."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import shared_memory
from multiprocessing.pool import Pool
from pathlib import Path

from django.db import connections

from bench.compliance.contract import Outcome
from optimized_impl import create_compliance_requirements as plain
from tests.support.burn import burn
from tests.support.implementations import CPU_SECONDS, NOTES, QUERIES

_BURN = f"import time\nwhile time.process_time() < {CPU_SECONDS + 0.02}: pass"


def _ask(_number: int) -> None:
    connections.close_all()
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 'one more'")
    connections.close_all()


def _note(left: object) -> None:
    with Path(os.environ[NOTES]).open("a", encoding="utf-8") as notes:
        notes.write(f"{left}\n")


def in_a_forked_pool(tenant_id: str, scan_id: str) -> Outcome:
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        pool.map(burn, [0])
        pool.map(_ask, range(QUERIES))
        pool.close()
        pool.join()
    return plain(tenant_id, scan_id)


def in_a_spawned_pool(tenant_id: str, scan_id: str) -> Outcome:
    """A helper of multiprocessing's stays for the rest of the process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.map(burn, [0])
        pool.close()
        pool.join()
    return plain(tenant_id, scan_id)


_lasting: list[Pool] = []


def in_a_pool_of_the_warm_up(tenant_id: str, scan_id: str) -> Outcome:
    if not _lasting:
        connections.close_all()
        _lasting.append(multiprocessing.get_context("fork").Pool(1))
    _lasting[0].map(burn, [0])
    return plain(tenant_id, scan_id)


def in_shared_memory(tenant_id: str, scan_id: str) -> Outcome:
    """Leave the block to multiprocessing's helper, which removes it when this process ends."""
    _note(shared_memory.SharedMemory(create=True, size=1_000).name)
    return plain(tenant_id, scan_id)


def in_a_program(tenant_id: str, scan_id: str) -> Outcome:
    subprocess.run([sys.executable, "-c", _BURN], check=True)
    return plain(tenant_id, scan_id)


def in_a_child_that_nobody_waits_for(tenant_id: str, scan_id: str) -> Outcome:
    """The child has ended when the call returns, and is a zombie."""
    child = os.fork()
    if child == 0:
        burn()
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    return plain(tenant_id, scan_id)


def in_children_that_leave_no_figures(tenant_id: str, scan_id: str) -> Outcome:
    """With SIGCHLD ignored, the kernel forgets a child when it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    child = os.fork()
    if child == 0:
        burn()
        os._exit(0)
    while Path(f"/proc/{child}").exists():
        time.sleep(0.01)
    return plain(tenant_id, scan_id)


def in_a_child_that_still_runs(tenant_id: str, scan_id: str) -> Outcome:
    _note(subprocess.Popen(["sleep", "3600"]).pid)  # noqa: S607 - whichever sleep there is
    return plain(tenant_id, scan_id)


def in_a_daemon(tenant_id: str, scan_id: str) -> Outcome:
    """Fork twice, in a separate session, as daemons do."""
    outcome = plain(tenant_id, scan_id)
    child = os.fork()
    if child == 0:
        os.setsid()
        grandchild = os.fork()
        if grandchild:
            _note(grandchild)
            os._exit(0)
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        os.execlp("sleep", "sleep", "3600")  # noqa: S606, S607 - whichever sleep there is
    os.waitpid(child, 0)
    return outcome


def in_a_daemon_and_dies(tenant_id: str, scan_id: str) -> Outcome:
    in_a_daemon(tenant_id, scan_id)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("killed")


def in_a_daemon_and_hangs(tenant_id: str, scan_id: str) -> Outcome:
    in_a_daemon(tenant_id, scan_id)
    time.sleep(3600)
    raise AssertionError("nobody waits so long")


_pools: list[ThreadPoolExecutor] = []


def in_a_pool_of_threads_that_is_idle_again(tenant_id: str, scan_id: str) -> Outcome:
    if not _pools:
        _pools.append(ThreadPoolExecutor(2))
    _pools[0].submit(time.sleep, 0).result()
    return plain(tenant_id, scan_id)


def in_a_thread_that_still_works(tenant_id: str, scan_id: str) -> Outcome:
    ended = threading.Event()
    atexit.register(ended.set)

    def work() -> None:
        ended.wait(60)

    threading.Thread(target=work, name="late", daemon=True).start()
    return plain(tenant_id, scan_id)


def on_a_disk_that_is_full(tenant_id: str, scan_id: str) -> Outcome:
    """Let no file of the worker's grow, from the warm-up on, and allocate more often than the tracer can write down."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
    held = [bytes(600) for _ in range(100_000)]  # too large for pymalloc
    outcome = plain(tenant_id, scan_id)
    del held
    return outcome


def on_a_disk_that_takes_nothing(tenant_id: str, scan_id: str) -> Outcome:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    return plain(tenant_id, scan_id)
