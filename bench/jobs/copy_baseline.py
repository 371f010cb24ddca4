"""The pseudo-implementation ``copy-baseline``: the bare cost against which the implementations are held.

It is called in a worker like any implementation, after ``set_up``, and sends files that the parent has written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

BLOCK_BYTES = 65_536
_TABLES = "tables.json"

_context: dict[str, Any] = {}
"""``folder`` of the files and ``conninfo`` of the database, as ``set_up`` was given them."""


@dataclass(frozen=True)
class CopiedTable:
    """A CopiedTable is a table, the columns that are sent, and which rows are those of one call."""

    name: str
    columns: tuple[str, ...]
    own: Mapping[str, str]


def copy_file(folder: Path, table: str, arguments: Mapping[str, Any]) -> Path:
    """Return the path of the file that holds one call's rows of ``table``."""
    call = hashlib.sha256(json.dumps(dict(arguments), sort_keys=True).encode()).hexdigest()[:16]
    return folder / f"{call}.{table}"


def write_tables(folder: Path, tables: Iterable[CopiedTable]) -> None:
    """Say in ``folder`` which tables its files are of."""
    content = [asdict(table) for table in tables]
    (folder / _TABLES).write_text(json.dumps(content), encoding="utf-8")


def set_up(context: Mapping[str, Any]) -> None:
    """Take ``folder`` and ``conninfo``: the hook of the worker's environment."""
    _context.update(context)


def copy_rows(**arguments: Any) -> int:
    """Replace the rows of one call by those of its files, in one transaction; return how many the first table got."""
    folder = Path(_context["folder"])
    tables = json.loads((folder / _TABLES).read_text(encoding="utf-8"))
    with psycopg.connect(_context["conninfo"]) as connection, connection.cursor() as cursor:
        for table in reversed(tables):  # what refers to a table comes after it
            # Without old rows this costs a look-up; over those of an earlier run it is part of what any replacement
            # has to pay.
            own = sql.SQL(" AND ").join(
                sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(arguments[argument]))
                for column, argument in table["own"].items()
            )
            cursor.execute(sql.SQL("DELETE FROM {} WHERE {}").format(sql.Identifier(table["name"]), own))
        created, *_ = [_copy(cursor, table, copy_file(folder, table["name"], arguments)) for table in tables]
    return created


def _copy(cursor: psycopg.Cursor, table: Mapping[str, Any], path: Path) -> int:
    """Send the file at ``path`` to ``table`` and return how many rows it held."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table["name"]), sql.SQL(", ").join(map(sql.Identifier, table["columns"]))
    )
    with path.open("rb") as file, cursor.copy(statement) as copy:
        while block := file.read(BLOCK_BYTES):
            copy.write(block)
    return cursor.rowcount
