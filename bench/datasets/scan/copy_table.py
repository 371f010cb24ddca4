"""The tables a scan is loaded into, and PostgreSQL's COPY text format.

A field is a value as COPY reads it; a line is fields joined by tabs, without the newline.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.datasets.scan.identifiers import SCAN_TIME

NULL = "\\N"
TIMESTAMP = SCAN_TIME.isoformat(sep=" ")
"""The field of every timestamp in a loaded scan."""

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_ARRAY_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"'})


@dataclass(frozen=True)
class CopyTable:
    """A CopyTable is a table and the columns that are sent, in that order."""

    name: str
    columns: tuple[str, ...]


def _table(name: str, columns: str) -> CopyTable:
    return CopyTable(name, tuple(columns.split()))


TENANTS = _table("tenants", "id name inserted_at updated_at")
PROVIDERS = _table(
    "providers", "id tenant_id provider uid alias connected is_deleted metadata scanner_args inserted_at updated_at"
)
SCANS = _table(
    "scans",
    "id tenant_id provider_id name trigger state unique_resource_count progress duration scanner_args"
    " inserted_at updated_at started_at completed_at",
)
RESOURCES = _table(
    "resources", "id uid name region service type failed_findings_count tenant_id provider_id inserted_at updated_at"
)
# First what differs in each finding, then the check's, then the scan's: the constant ends are encoded once.
FINDINGS = _table(
    "findings",
    "id uid status status_extended delta muted muted_reason raw_result tags resource_regions compliance"
    " check_id severity impact impact_extended check_metadata resource_services resource_types categories"
    " tenant_id scan_id inserted_at updated_at first_seen_at",
)
MAPPINGS = _table("resource_finding_mappings", "id finding_id resource_id tenant_id")
OVERVIEWS = _table(
    "compliance_requirements_overviews",
    "id tenant_id scan_id inserted_at compliance_id framework version description region requirement_id"
    " requirement_status passed_checks failed_checks total_checks passed_findings total_findings",
)
SUMMARIES = _table(
    "compliance_overview_summaries",
    "id tenant_id scan_id inserted_at compliance_id"
    " requirements_passed requirements_failed requirements_manual total_requirements",
)
COPIED = (OVERVIEWS, SUMMARIES)
"""The tables that the copy baseline sends."""


def copy_file(folder: Path, table: CopyTable, scan_id: str) -> Path:
    """Return the path of the file that holds one scan's rows of ``table``."""
    return folder / f"{scan_id}.{table.name}"


def text_field(value: str | None) -> str:
    """Return the field of a text; None is NULL. The text must not hold NUL characters."""
    return NULL if value is None else value.translate(_ESCAPES)


def json_field(value: Any) -> str:
    """The field of a JSON value; None is the JSON null. Raises ValueError for NaN and the infinities."""
    return text_field(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


def array_field(values: Iterable[str] | None) -> str:
    """The field of an array of text; None is NULL, and each element is quoted, so that '' and 'NULL' are texts."""
    if values is None:
        return NULL
    return text_field("{" + ",".join(f'"{value.translate(_ARRAY_ESCAPES)}"' for value in values) + "}")


def line(*values: str | int | None) -> str:
    """The line of a row whose values are plain texts and numbers."""
    return "\t".join(text_field(value) if value is None or isinstance(value, str) else str(value) for value in values)
