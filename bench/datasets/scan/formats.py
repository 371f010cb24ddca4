"""The format of a scan file, recognised by its beginning.

- the suite's own form (see ``recorded.py``), which `bench record` writes;
- Prowler's OCSF JSON, a list of detection findings;
- a list of rows of the findings table, in the form of the suite's findings;
- JSON lines of either;
- Prowler's CSV.

Each may be compressed by gzip, bzip2, xz or zip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from bench.datasets.json_value import JsonValue, json_fault
from bench.datasets.scan.finding import RecordedFinding, provider_of, suite_finding
from bench.datasets.scan.ocsf import LANDMARKS, ocsf_finding, ocsf_provider
from bench.datasets.scan.packing import unpacked
from bench.datasets.scan.prowler_csv import Row, csv_finding, csv_rows, delimiter_of
from bench.datasets.scan.stream import JsonStream
from bench.files.strict_json import MalformedError, shown

Part = str | RecordedFinding
"""The provider, once, or a finding."""

READABLE = (
    "give Prowler's OCSF JSON or CSV, JSON lines or a list of rows of the findings table, or what `bench record` wrote"
)

_START = 64 * 1024
"""Bytes by which the format is recognised."""
_SHOWN = 40
_FOREIGN = (
    (b"\xff\xfe", "text in UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "text in UTF-16; save it as UTF-8"),
    (b"\x28\xb5\x2f\xfd", "data compressed by zstd; unpack it first"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PGDMP", "a dump of PostgreSQL"),
    (b"%PDF", "a PDF document"),
    (b"<", "HTML or XML"),
)
"""First bytes, and what they begin."""
_FOREIGN_FINDINGS = (
    ("ProductArn", "a finding in the AWS Security Finding Format"),
    ("AssessmentStartTime", "a finding in the JSON of Prowler 3"),
)
"""A member that only such a finding has."""
_KEYS_SHOWN = 5

_Found = tuple[JsonValue, JsonValue | None, RecordedFinding]
"""The place of a finding, its provider where it names one, and the finding."""


def read_scan(path: Path, provider: str | None = None) -> Iterator[Part]:
    """Yield the provider and the findings of the scan file ``path`` in its order, holding one finding at a time.

    In files whose findings name the provider themselves it comes first; ``provider`` is that of findings that do not.
    Raises InputError with the place of the fault.
    """
    document = f"scan file {str(path)!r}"
    with unpacked(path) as read:
        start = b""
        while len(start) < _START and (content := read()):
            start += content
        begun = chain([start], iter(read, b""))
        try:
            yield from _parts(document, start, lambda: next(begun, b""), provider)
        except MalformedError as error:
            raise json_fault(document, error) from None


def _parts(document: str, start: bytes, read: Callable[[], bytes], provider: str | None) -> Iterator[Part]:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text and not text.startswith((b"[", b"{")):
        if delimiter := delimiter_of(text.decode(errors="replace")):
            rows = csv_rows(document, read, delimiter)
            return _with_provider((_found_in_row(row) for row in rows), provider)
        _refuse_foreign(text)
    stream = JsonStream(read, "findings")
    first, value, after = stream.glimpse()
    if first == "[":
        values = (JsonValue(document, ("$", index), element) for index, element in stream.elements())
    elif isinstance(value, dict) and "findings" not in value and (after == "{" or _kind(value)):
        values = (JsonValue(document, f"line {line}: $", element) for line, element in stream.values())
    else:
        return _suite_parts(document, stream, provider)
    return _with_provider((_found(one) for one in values), provider)


def _refuse_foreign(text: bytes) -> None:
    """Raise MalformedError if ``text``, the beginning of a file, is that of no JSON."""
    found = next((what for beginning, what in _FOREIGN if text.startswith(beginning)), "")
    if text[257:262] == b"ustar":
        found = "a tar archive"
    elif not found and not text.startswith((b'"', b"-", b"null", b"true", b"false")) and not text[:1].isdigit():
        found = f"neither JSON nor CSV with a column CHECK_ID but {shown(text[:_SHOWN].decode(errors='replace'))}"
    if found:
        raise MalformedError(f"found {found}" if "; " in found else f"found {found}; {READABLE}")


def _suite_parts(document: str, stream: JsonStream, provider: str | None) -> Iterator[Part]:
    """Yield the parts of an object with the members ``provider`` and ``findings``, in the file's order."""
    seen: dict[str, None] = {}
    for key, index, value in stream.pieces():
        if index is not None:
            yield suite_finding(JsonValue(document, ("$.findings", index), value))
            continue
        if key in seen:
            raise MalformedError(f"$: key {shown(key)} occurs twice; keep one of the two")
        seen[key] = None
        if key == "provider":
            yield _agreed(JsonValue(document, "$.provider", value), provider)
        elif key == "findings":
            list(JsonValue(document, "$.findings", value).elements())
    if "provider" not in seen and "findings" not in seen:
        raise MalformedError(f"$: found an object with {_keys(seen)}; {READABLE}")
    for key in ("provider", "findings"):
        JsonValue(document, "$", seen).member(key)


def _kind(value: dict[str, Any]) -> Callable[[JsonValue], _Found] | None:
    """Return what reads a finding with the members of ``value``; None if it is none."""
    if "check_id" in value:
        return _found_in_table
    if any(key in value for key in LANDMARKS):
        return lambda node: (node, ocsf_provider(node), ocsf_finding(node))
    return None


def _found(node: JsonValue) -> _Found:
    members = node.members()
    if kind := _kind(node.value):
        return kind(node)
    what = next((what for key, what in _FOREIGN_FINDINGS if key in members), f"an object with {_keys(members)}")
    raise node.fault(f"found {what}; {READABLE}")


def _found_in_table(node: JsonValue) -> _Found:
    provider = node.optional("provider")
    metadata = node.optional("check_metadata")
    if provider is None and metadata is not None and isinstance(metadata.value, dict):
        provider = metadata.optional("provider")
    return node, provider, suite_finding(node, flat=True)


def _found_in_row(row: Row) -> _Found:
    return row["CHECK_ID"], row.get("PROVIDER"), csv_finding(row)


def _keys(members: Iterable[str]) -> str:
    """Return some of the keys for a message."""
    keys = list(members)
    more = ", …" if len(keys) > _KEYS_SHOWN else ""
    return f"the keys {', '.join(map(shown, keys[:_KEYS_SHOWN]))}{more}" if keys else "no keys"


def _with_provider(found: Iterator[_Found], provider: str | None) -> Iterator[Part]:
    """Yield the provider before the findings; that of findings which name none is the given or the one before."""
    known: str | None = None
    for place, named, finding in found:
        name = provider if named is None else _agreed(named, known or provider)
        if known is None:
            if name is None:
                raise place.fault('no provider is named; add "provider", or name one by --provider')
            known = name
            yield known
        yield finding
    if known is None:
        if provider is None:
            raise MalformedError(f"$: found no finding, so no provider; {READABLE}")
        yield provider


def _agreed(node: JsonValue, expected: str | None) -> str:
    """Return the provider here. Raises InputError if another one is expected."""
    name = provider_of(node)
    if expected not in (None, name):
        raise node.fault(f"{name} is not {expected}, which was given or named before; read one provider at a time")
    return name
