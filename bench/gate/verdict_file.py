"""The verdict's file: the verdict as JSON, for other tools and for ``bench comment``.

Schema history:
1: the first.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec

from bench.gate.verdict import Check, GateVerdict, Outcome
from bench.results.files import write_file
from bench.results.input_file import FileKind
from bench.results.json_file import Faults, JsonFile, encode_json
from bench.words import plain

SCHEMA = 1


class _File(msgspec.Struct, kw_only=True):
    """What the file holds: the verdict, and its exit code for those who cannot derive it."""

    schema: int
    outcome: Outcome
    exit_code: int
    checks: tuple[Check, ...]


def _faults(file: _File) -> Faults:
    found = GateVerdict.of(file.checks)
    if (file.outcome, file.exit_code) != (found.outcome, found.exit_code):
        yield (
            "outcome",
            f"is {file.outcome.value!r}, exit code {file.exit_code}; its checks give {found.outcome.value!r}",
        )


_FILE = JsonFile(
    kind=FileKind(
        name="verdict",
        most_bytes=16 * 1024**2,
        source="`bench gate --json FILE` writes one",
        remedy="write it again with `bench gate --json FILE`",
    ),
    record=_File,
    schema=SCHEMA,
    landmark="checks",
    faults=_faults,
)


def render_json(verdict: GateVerdict) -> bytes:
    """Return ``verdict`` as indented JSON. Its texts are made plain, for JSON cannot hold whatever a path can."""
    whole = _File(
        schema=SCHEMA,
        outcome=verdict.outcome,
        exit_code=verdict.exit_code,
        checks=tuple(map(_plain, verdict.checks)),
    )
    return encode_json(whole)


def _plain(check: Check) -> Check:
    return replace(
        check,
        name=plain(check.name),
        sentence=plain(check.sentence),
        evidence=tuple(map(plain, check.evidence)),
        scan=None if check.scan is None else plain(check.scan),
    )


def write_verdict(path: Path, verdict: GateVerdict) -> None:
    """Write ``verdict`` to ``path``. Raises InputError where the file cannot be written."""
    write_file(path, render_json(verdict))


def read_verdict(path: Path) -> GateVerdict:
    """Read what ``bench gate --json`` wrote. Raises InputError for any other file."""
    found = _FILE.read(path)
    return GateVerdict(outcome=found.outcome, checks=found.checks)
