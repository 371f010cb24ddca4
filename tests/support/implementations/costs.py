"""The streaming implementation with a known cost on top."""

from __future__ import annotations

import time

from django.db import connection

from bench.compliance.contract import Outcome
from bench.compliance.schema.connections import admin_connection
from optimized_impl import create_compliance_requirements as plain
from tests.support.implementations import BLOCK_BYTES, QUERIES, SLEEP_SECONDS


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


def more_copies(tenant_id: str, scan_id: str) -> Outcome:
    """One COPY that Django knows nothing of."""
    with admin_connection() as admin, admin.cursor().copy("COPY (SELECT 'one more') TO STDOUT") as copy:
        list(copy)
    return plain(tenant_id, scan_id)


def more_time(tenant_id: str, scan_id: str) -> Outcome:
    time.sleep(SLEEP_SECONDS)
    return plain(tenant_id, scan_id)
