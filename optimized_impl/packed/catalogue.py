"""The catalogue that packed rows refer to: frameworks in parts, each version of a framework stored under its hash."""

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
"""Requirements of a framework whose counts share a row. Arrays of this size stay in the row's page; a larger one would
be fetched and unpacked again for each of its entries."""

# The transaction that inserts a version writes its requirements too; a second one waits here until it has ended.
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
    """A FrameworkVersion is a framework with the id under which its texts are stored."""

    id: UUID
    framework: Framework

    def parts(self) -> Iterator[tuple[tuple[str, Requirement], ...]]:
        """Yield its requirements in the catalogue's order, up to PART_SIZE at a time."""
        remaining = iter(self.framework.requirements.items())
        while part := tuple(islice(remaining, PART_SIZE)):
            yield part


def versions_of(catalogue: Catalogue) -> tuple[FrameworkVersion, ...]:
    """Return the frameworks that have requirements, sorted by the bytes of their ids, each with its version's id."""
    return tuple(
        FrameworkVersion(_hash(framework), framework) for framework in frameworks(catalogue) if framework.requirements
    )


def keep_versions(connection: psycopg.Connection, versions: tuple[FrameworkVersion, ...]) -> None:
    """Write the versions that are not stored yet; in most runs there are none."""
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
    """Return the first half of the SHA-256 over everything that is stored of ``framework``."""
    digest = hashlib.sha256(json.dumps([framework.compliance_id, framework.name, framework.version]).encode())
    requirements: Mapping[str, Requirement] = framework.requirements
    for requirement_id, requirement in requirements.items():
        digest.update(json.dumps([requirement_id, *_content(requirement)]).encode())
    return UUID(bytes=digest.digest()[:16])
