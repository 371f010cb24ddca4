"""Findings in Prowler's CSV: one line each, fields in quotes where they hold a delimiter or a newline."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator

from bench.datasets.json_value import JsonValue
from bench.datasets.scan.finding import (
    RecordedFinding,
    RecordedResource,
    check_id_of,
    distinct_regions,
    region_of,
    status_of,
    uid_of,
)
from bench.files.strict_json import LONGEST, MalformedError, shown

REQUIRED = ("CHECK_ID", "STATUS", "REGION")
_READ = (*REQUIRED, "PROVIDER", "MUTED", "COMPLIANCE", "RESOURCE_UID")
_TRUTH = {"true": True, "false": False, "": False}
_LONGEST_LINE = 4_000_000

Row = dict[str, JsonValue]
"""By column; each knows its line."""


def delimiter_of(start: str) -> str | None:
    """Return what separates the columns of the header that ``start`` begins with; None if it is no such header.

    Prowler writes semicolons; a spreadsheet that saves its file again may not.
    """
    header = start.partition("\n")[0].rstrip("\r")
    return next((one for one in ";,\t" if "CHECK_ID" in _names(header.split(one)) and one in header), None)


def csv_rows(document: str, read: Callable[[], bytes], delimiter: str) -> Iterator[Row]:
    """Yield the rows of the file that ``read`` returns piece by piece. Raises MalformedError with the line."""
    csv.field_size_limit(LONGEST)
    reader = csv.reader(_lines(read), delimiter=delimiter, strict=True)
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not header:
                header = _checked_header(_names(cells))
            elif cells:
                if len(cells) != len(header):
                    raise MalformedError(f"line {line}: {len(cells)} fields, but the header has {len(header)}")
                yield {
                    name: JsonValue(document, f"line {line}: {name}", cell)
                    for name, cell in zip(header, cells, strict=True)
                    if name in _READ
                }
            line = reader.line_num + 1
    except csv.Error as error:
        raise MalformedError(f"line {line}: not CSV: {error}") from None


def csv_finding(row: Row) -> RecordedFinding:
    """Return the finding of a row. Raises InputError with the line and the column."""
    resources = (RecordedResource(region_of(row["REGION"]), uid_of(row.get("RESOURCE_UID"))),)
    return RecordedFinding(
        check_id=check_id_of(row["CHECK_ID"]),
        status=status_of(row["STATUS"]),
        muted=_muted(row.get("MUTED")),
        compliance=_compliance(row.get("COMPLIANCE")),
        resource_regions=distinct_regions(resources),
        resources=resources,
    )


def _names(cells: list[str]) -> list[str]:
    return [cell.strip().strip('"').upper() for cell in cells]


def _checked_header(names: list[str]) -> list[str]:
    if missing := [name for name in REQUIRED if name not in names]:
        raise MalformedError(f"line 1: column {missing[0]} is missing; give the CSV as Prowler wrote it")
    if twice := [name for name in _READ if names.count(name) > 1]:
        raise MalformedError(f"line 1: column {twice[0]} occurs twice; keep one of the two")
    return names


def _muted(cell: JsonValue | None) -> bool:
    if cell is None:
        return False
    if (text := cell.text().lower()) not in _TRUTH:
        raise cell.fault(f"{shown(cell.text())} is neither True nor False")
    return _TRUTH[text]


def _compliance(cell: JsonValue | None) -> dict[str, list[str]]:
    """Return ``CIS-3.0: 1.1, 1.2 | ENS: op.1`` as an object of lists."""
    found: dict[str, list[str]] = {}
    if cell is None or not cell.text():
        return found
    for part in cell.text().split(" | "):
        framework, colon, requirements = part.partition(": ")
        if not colon:
            raise cell.fault(f"{shown(part)} is not a framework, a colon and its requirements")
        found.setdefault(framework, []).extend(one for one in requirements.split(", ") if one)
    return found


def _lines(read: Callable[[], bytes]) -> Iterator[str]:
    """Yield the lines with their ends. Raises MalformedError for bytes that are not UTF-8 and for an endless line."""
    decode = codecs.getincrementaldecoder("utf-8-sig")().decode
    pending = ""
    number = 1
    ended = False
    while not ended:
        content = read()
        ended = not content
        try:
            pending += decode(content, ended)
        except UnicodeDecodeError as error:
            line = number + pending.count("\n") + error.object.count(b"\n", 0, error.start)
            byte = error.object[error.start]
            raise MalformedError(f"line {line}: byte 0x{byte:02x} is not UTF-8; save the file as UTF-8") from None
        *whole, pending = pending.split("\n")
        number += len(whole)
        yield from (f"{line}\n" for line in whole)
        if len(pending) > _LONGEST_LINE:
            raise MalformedError(f"line {number}: more than {_LONGEST_LINE:,} characters")
    if pending:
        yield pending
