"""What a job's conformance suite found about one implementation, for runs of that very code, and its file.

Schema history:
1: the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.files.input_file import FileKind
from bench.files.json_file import Faults, JsonFile, write_json
from bench.files.strict_json import shown

SCHEMA = 1
FILE = "conformance.json"
"""In the reports folder."""


@dataclass(frozen=True, kw_only=True)
class Conformed:
    """A Conformed is the outcome of every case of the suite for one implementation."""

    implementation: str
    source: str
    """The fingerprint of its code."""
    created: str
    """ISO 8601, UTC."""
    cases: int
    known: tuple[str, ...]
    """The cases in which it differs from the rules as it declares."""
    wrong: tuple[str, ...]
    """Those in which it differs otherwise."""


@dataclass(frozen=True, kw_only=True)
class ConformedFile:
    """A ConformedFile holds one outcome for each implementation."""

    schema: int
    found: tuple[Conformed, ...]


def _faults(content: ConformedFile) -> Faults:
    for index, one in enumerate(content.found):
        if any(one.implementation == other.implementation for other in content.found[:index]):
            yield f"found[{index}].implementation", f"{shown(one.implementation)} is there already; keep one"
        if len({*one.known, *one.wrong}) != len(one.known) + len(one.wrong) or one.cases < len(one.known + one.wrong):
            yield f"found[{index}]", "its cases do not add up"


_FILE = JsonFile(
    kind=FileKind(
        name="conformance summary",
        most_bytes=1024**2,
        source="`bench prove conform` writes one",
        remedy="delete it, then run `bench prove conform`",
    ),
    record=ConformedFile,
    schema=SCHEMA,
    landmark="found",
    faults=_faults,
)


def merge_conformed(path: Path, found: Iterable[Conformed]) -> None:
    """Write ``found`` into the file ``path``, replacing earlier outcomes of the same implementations.

    Raises InputError if the file cannot be read or written.
    """
    merged = {one.implementation: one for one in (*read_conformed(path), *found)}
    write_json(path, ConformedFile(schema=SCHEMA, found=tuple(merged.values())))


def read_conformed(path: Path) -> tuple[Conformed, ...]:
    """Read what ``bench prove conform`` kept; empty if there is no such file. Raises InputError for a damaged one."""
    content = _FILE.read_if_any(path)
    return content.found if content else ()
