"""The catalogue as packed rows refer to it: frameworks in parts, each version of a framework kept under its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

import psycopg

from bench.compliance.contract import Catalogue, Requirement
from optimized_impl.pushdown.requirements import Framework, frameworks

PART_SIZE = 256
"""Requirements of a framework whose counts share a row. The arrays of so many fit into a page beside their row; an
array that does not would be fetched and unpacked anew for each of its entries."""

# The one transaction that brings a version writes its requirements too; another that wants to waits here for its end.
_KEEP_FRAMEWORKS = """
    INSERT INTO compliance_catalogue_frameworks (id, inserted_at, compliance_id, framework, version)
    SELECT id, now(), compliance_id, framework, version
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS wanted (id, compliance_id, framework, version)
    ORDER BY id
    ON CONFLICT (id) DO NOTHING
    RETURNING id
"""
_COPY_REQUIREMENTS = """
    COPY compliance_catalogue_requirements (framework_id, part, slot, compliance_id, requirement_id, description,
        total_checks)
    FROM STDIN
"""


@dataclass(frozen=True)
class FrameworkVersion:
    """A FrameworkVersion is a framework with the id under which its texts are kept."""

    id: UUID
    framework: Framework

    def parts(self) -> Iterator[tuple[tuple[str, Requirement], ...]]:
        """Yield its requirements, in the catalogue's order, up to PART_SIZE at a time."""
        remaining = iter(self.framework.requirements.items())
        while part := tuple(islice(remaining, PART_SIZE)):
            yield part


def versions_of(catalogue: Catalogue) -> tuple[FrameworkVersion, ...]:
    """Return the frameworks of ``catalogue`` by the bytes of their ids, each with its version's id."""
    return tuple(FrameworkVersion(_hash(framework), framework) for framework in frameworks(catalogue))


def keep_versions(connection: psycopg.Connection, versions: tuple[FrameworkVersion, ...]) -> None:
    """Write those of ``versions`` that are not kept yet: in most runs, none."""
    frameworks = [version.framework for version in versions]
    found = connection.execute(
        _KEEP_FRAMEWORKS,
        [
            [version.id for version in versions],
            [framework.compliance_id for framework in frameworks],
            [framework.name for framework in frameworks],
            [framework.version for framework in frameworks],
        ],
    )
    new = {version_id for (version_id,) in found}
    if not new:
        return
    with connection.cursor() as cursor, cursor.copy(_COPY_REQUIREMENTS) as copy:
        for version in versions:
            if version.id in new:
                for part, requirements in enumerate(version.parts()):
                    for slot, (requirement_id, requirement) in enumerate(requirements, start=1):
                        key = version.id, part, slot, version.framework.compliance_id, requirement_id
                        copy.write_row((*key, *_content(requirement)))


def _content(requirement: Requirement) -> tuple[str, int]:
    return requirement.get("description") or "", len(requirement["checks"])


def _hash(framework: Framework) -> UUID:
    """Return the first half of the SHA-256 of all that is kept of ``framework``, piece by piece."""
    digest = hashlib.sha256(json.dumps([framework.compliance_id, framework.name, framework.version]).encode())
    requirements: Mapping[str, Requirement] = framework.requirements
    for requirement_id, requirement in requirements.items():
        digest.update(json.dumps([requirement_id, *_content(requirement)]).encode())
    return UUID(bytes=digest.digest()[:16])
