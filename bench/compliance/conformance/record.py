"""The records of a conformance run, and its file.

Schema history:
1: the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bench.declare.divergence import DeclaredDivergences
from bench.files.input_file import FileKind
from bench.files.json_file import Faults, JsonFile, write_json
from bench.results.conformed import Conformed

SCHEMA = 1


class Status(Enum):
    """The result of a case: as the rules say, different as declared, or different without a declaration."""

    EQUAL = "equal"
    KNOWN = "known divergence"
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True)
class NamedCase:
    """A NamedCase is the name of a case and what it promises."""

    name: str
    promise: str


@dataclass(frozen=True, kw_only=True)
class CaseVerdict:
    """A CaseVerdict is the result of one case for one implementation."""

    case: str
    implementation: str
    status: Status
    difference: str = ""
    """What differs from the rules, on one line; empty where nothing does."""
    reason: str = ""
    """Why, as declared."""


@dataclass(frozen=True, kw_only=True)
class Conformance:
    """A Conformance is one run of the suite: every case for every implementation."""

    schema: int
    created: str
    """ISO 8601, UTC."""
    command: str
    server_version: str
    server_source: str
    """``embedded`` or ``own`` (the user's)."""
    implementations: tuple[DeclaredDivergences, ...]
    cases: tuple[NamedCase, ...]
    verdicts: tuple[CaseVerdict, ...]
    warnings: tuple[str, ...] = ()

    def having(self, status: Status, implementation: str | None = None) -> tuple[CaseVerdict, ...]:
        """The verdicts of that status, of one implementation or all."""
        return tuple(
            verdict
            for verdict in self.verdicts
            if verdict.status is status and implementation in (None, verdict.implementation)
        )

    @property
    def names(self) -> Sequence[str]:
        """The implementations by name, in the order asked for."""
        return tuple(one.implementation for one in self.implementations)

    def summaries(self) -> tuple[Conformed, ...]:
        """Return what a run's report says of each implementation."""
        return tuple(
            Conformed(
                implementation=one.implementation,
                source=one.source,
                created=self.created,
                cases=len(self.cases),
                known=tuple(verdict.case for verdict in self.having(Status.KNOWN, one.implementation)),
                wrong=tuple(verdict.case for verdict in self.having(Status.WRONG, one.implementation)),
            )
            for one in self.implementations
        )

    @property
    def exit_code(self) -> int:
        """0: everything is equal or known; 1: something is wrong."""
        return 1 if self.having(Status.WRONG) else 0


def _faults(conformance: Conformance) -> Faults:
    for name, labels in (
        ("implementations", conformance.names),
        ("cases", tuple(one.name for one in conformance.cases)),
        ("verdicts", tuple((one.case, one.implementation) for one in conformance.verdicts)),
    ):
        for index, label in enumerate(labels):
            if label in labels[:index]:
                yield f"{name}[{index}]", "repeats an earlier one; keep one of the two"


_FILE = JsonFile(
    kind=FileKind(
        name="conformance file",
        most_bytes=16 * 1024**2,
        source="`bench prove conform --json FILE` writes one",
        remedy="write it again with `bench prove conform --json FILE`",
    ),
    record=Conformance,
    schema=SCHEMA,
    landmark="verdicts",
    faults=_faults,
)


def write_conformance(path: Path, conformance: Conformance) -> None:
    """Write ``conformance`` to ``path`` as indented JSON. Raises InputError where the file cannot be written."""
    write_json(path, conformance)


def read_conformance(path: Path) -> Conformance:
    """Read what ``bench prove conform --json`` wrote. Raises InputError for any other file."""
    return _FILE.read(path)
