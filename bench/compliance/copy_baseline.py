"""The pseudo-implementation ``copy-baseline``: the bare cost against which the implementations are held."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql

from bench.compliance.contract import Outcome
from bench.compliance.schema.connections import admin_connection
from bench.datasets.scan.copy_table import COPIED, CopyTable, copy_file

BLOCK_BYTES = 65_536


def copy_rows(tenant_id: str, scan_id: str, folder: str) -> Outcome:
    """COPY a scan's rows and summaries from the files in ``folder``."""
    with admin_connection() as connection, connection.cursor() as cursor:
        for table in COPIED:
            # Without old rows this costs two look-ups; over those of an earlier run it is part of what any
            # replacement has to pay.
            cursor.execute(
                sql.SQL("DELETE FROM {} WHERE tenant_id = %s AND scan_id = %s").format(sql.Identifier(table.name)),
                [tenant_id, scan_id],
            )
        created, *_ = [_copy(cursor, table, copy_file(Path(folder), table, scan_id)) for table in COPIED]
    return {"requirements_created": created, "regions_processed": [], "compliance_frameworks": []}


def _copy(cursor: psycopg.Cursor, table: CopyTable, path: Path) -> int:
    """Send the file at ``path`` to ``table`` and return how many rows it held."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
    )
    with path.open("rb") as file, cursor.copy(statement) as copy:
        while block := file.read(BLOCK_BYTES):
            copy.write(block)
    return cursor.rowcount
