"""The verdict's file: the verdict as JSON, for other tools and for ``bench comment``.

Schema history:
1: the first.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec

from bench.errors import InputError
from bench.gate.verdict import Check, GateVerdict, Outcome
from bench.results.files import write_file_atomically
from bench.results.json_file import VersionedJson, encode_json
from bench.words import plain

SCHEMA = 1


class _File(msgspec.Struct, kw_only=True):
    """What the file holds: the verdict, and its exit code for those who cannot derive it."""

    schema: int
    outcome: Outcome
    exit_code: int
    checks: tuple[Check, ...]


_FILE = VersionedJson(_File, SCHEMA, "verdict", "is not a verdict", "write it again with `bench gate --json FILE`")


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
    write_file_atomically(path, render_json(verdict))


def read_verdict(path: Path) -> GateVerdict:
    """Read what ``bench gate --json`` wrote. Raises InputError for any other file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read the verdict {path}: {error.strerror}; `bench gate --json FILE` writes one"
        ) from error
    found = _FILE.decode(content, path)
    return GateVerdict(outcome=found.outcome, checks=found.checks)
