"""Copy files: one scan's rows and summaries in COPY's binary format, as an implementation left them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from psycopg import sql

from bench.compliance.targets import ROWS
from bench.database.access import DatabaseAccess
from bench.datasets.scan import ScanKey
from bench.datasets.scan.copy_table import COPIED, OVERVIEWS, SUMMARIES, copy_file
from bench.harness.targets import observe

_ORDER = {
    OVERVIEWS: ("compliance_id", "region", "requirement_id"),
    SUMMARIES: ("compliance_id",),
}
"""Of the orders tried, that of the rows' second index costs least: in the order of the unique index, the second one
splits its pages in the middle and grows by a quarter."""


def write_copy_files(access: DatabaseAccess, scans: Iterable[ScanKey], folder: Path, relation: str = ROWS) -> None:
    """Write the rows of ``scans`` that ``relation`` shows, and their summaries, to files. Raises DatabaseError."""
    folder.mkdir(exist_ok=True)
    with observe(access) as connection:
        for scan in scans:
            for table in COPIED:
                rows = sql.SQL("SELECT {} FROM {} WHERE tenant_id = {} AND scan_id = {} ORDER BY {}").format(
                    sql.SQL(", ").join(map(sql.Identifier, table.columns)),
                    sql.Identifier(relation if table is OVERVIEWS else table.name),
                    scan.tenant_id,
                    scan.scan_id,
                    sql.SQL(", ").join(map(sql.Identifier, _ORDER[table])),
                )
                statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(rows)
                with (
                    copy_file(folder, table, scan.scan_id).open("wb") as file,
                    connection.cursor() as cursor,
                    cursor.copy(statement) as copy,
                ):
                    for block in copy:
                        file.write(block)
