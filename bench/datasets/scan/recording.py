"""The suite's own form of a scan, written finding by finding."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.datasets.scan.finding import RecordedFinding, RecordedResource
from bench.files.output_file import write_pieces

_GZIP = 31
"""The window bits with which zlib writes gzip's header, without name and time: same scan, same bytes."""


@dataclass
class Recording:
    """A Recording counts what was written to a scan file."""

    provider: str
    findings: int = 0
    regions: set[str] = field(default_factory=set)
    size: int = 0
    """Bytes of the file."""


def write_recording(path: Path, provider: str, findings: Iterable[RecordedFinding]) -> Recording:
    """Write ``findings`` to ``path``, compressed where its name ends in ``.gz``.

    Raises InputError for a fault in the findings, and where the file cannot be written; it is then as it was.
    """
    counted = Recording(provider)
    pieces = _text(findings, counted)
    write_pieces(path, _counted(_compressed(pieces) if path.suffix == ".gz" else pieces, counted))
    return counted


def _text(findings: Iterable[RecordedFinding], counted: Recording) -> Iterator[bytes]:
    yield f'{{"provider": {json.dumps(counted.provider)}, "findings": ['.encode()
    for finding in findings:
        comma = "," if counted.findings else ""
        counted.findings += 1
        counted.regions.update(finding.resource_regions or ())
        yield f"{comma}\n{json.dumps(_members(finding), ensure_ascii=False, allow_nan=False)}".encode()
    yield b"\n]}\n"


def _members(finding: RecordedFinding) -> dict[str, Any]:
    return {
        "check_id": finding.check_id,
        "status": finding.status,
        **({"muted": True} if finding.muted else {}),
        "compliance": finding.compliance,
        "resource_regions": finding.resource_regions,
        "resources": [_resource(resource) for resource in finding.resources],
    }


def _resource(resource: RecordedResource) -> dict[str, str]:
    return {"region": resource.region, **({} if resource.uid is None else {"uid": resource.uid})}


def _compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=_GZIP)
    yield from map(packer.compress, pieces)
    yield packer.flush()


def _counted(pieces: Iterable[bytes], counted: Recording) -> Iterator[bytes]:
    for piece in pieces:
        counted.size += len(piece)
        yield piece
