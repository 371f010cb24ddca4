"""The streaming implementation with a known cost on top."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections

from bench.compliance.contract import Outcome
from bench.compliance.schema.connections import admin_connection
from bench.compliance.schema.models import Tenant
from optimized_impl import create_compliance_requirements as plain
from tests.support.implementations import ALLOCATIONS, BLOCK_BYTES, QUERIES, SLEEP_SECONDS


def more_memory(tenant_id: str, scan_id: str) -> Outcome:
    block = bytearray(b"x") * BLOCK_BYTES
    outcome = plain(tenant_id, scan_id)
    del block
    return outcome


_blocks: list[bytearray] = []


def more_memory_before(tenant_id: str, scan_id: str) -> Outcome:
    """Take the block in the first call, the warm-up, alone, and give it back there."""
    if not _blocks:
        _blocks.append(bytearray(b"x") * BLOCK_BYTES)
        _blocks[0] = bytearray()
    return plain(tenant_id, scan_id)


def more_queries(tenant_id: str, scan_id: str) -> Outcome:
    with connection.cursor() as cursor:
        for _ in range(QUERIES):
            cursor.execute("SELECT 'one more'")
    return plain(tenant_id, scan_id)


def _ask(_number: int = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'one more'")
    connection.close()


def more_queries_in_threads(tenant_id: str, scan_id: str) -> Outcome:
    """Each thread has Django its own connections, opened during the call."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_ask, range(QUERIES)))
    return plain(tenant_id, scan_id)


def more_queries_asynchronously(tenant_id: str, scan_id: str) -> Outcome:
    """By Django's asynchronous interface, which runs them in a thread."""

    async def ask() -> None:
        for _ in range(QUERIES):
            await Tenant.objects.filter(name="nobody").aexists()

    asyncio.run(ask())
    return plain(tenant_id, scan_id)


def more_queries_on_a_later_connection(tenant_id: str, scan_id: str) -> Outcome:
    """On a connection that Django made during the call, beside those that its handler knows."""
    later = connections.create_connection("default")
    with later.cursor() as cursor:
        for _ in range(QUERIES):
            cursor.execute("SELECT 'one more'")
    later.close()
    return plain(tenant_id, scan_id)


def more_copies(tenant_id: str, scan_id: str) -> Outcome:
    """One COPY that Django knows nothing of."""
    with admin_connection() as admin, admin.cursor().copy("COPY (SELECT 'one more') TO STDOUT") as copy:
        list(copy)
    return plain(tenant_id, scan_id)


def more_time(tenant_id: str, scan_id: str) -> Outcome:
    time.sleep(SLEEP_SECONDS)
    return plain(tenant_id, scan_id)


_cache: dict[str, bytes] = {}


def keeps_a_cache(tenant_id: str, scan_id: str) -> Outcome:
    """Fill a cache that lives on when the call has returned."""
    outcome = plain(tenant_id, scan_id)
    _cache[scan_id] = _loaded()
    return outcome


def _loaded() -> bytes:
    return bytes(BLOCK_BYTES)


def more_allocations(tenant_id: str, scan_id: str) -> Outcome:
    """Allocate ALLOCATIONS times a little that is given back at once, as a temporary for each row would be."""
    for number in range(ALLOCATIONS):
        _temporary(number)
    return plain(tenant_id, scan_id)


def _temporary(number: int) -> int:
    return len([number])


def waits_elsewhere(tenant_id: str, scan_id: str) -> Outcome:
    """Wait outside the driver, wait for the server, and compute, each for as long."""
    time.sleep(SLEEP_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [SLEEP_SECONDS])
    _compute()
    return plain(tenant_id, scan_id)


def _compute() -> None:
    end = time.process_time() + SLEEP_SECONDS
    while time.process_time() < end:
        sum(range(1_000))
