"""The JSON schema of ``bench conform --json``: ``python -m bench.compliance.conformance.schema`` writes it again."""

from __future__ import annotations

from bench.compliance.conformance.record import SCHEMA, Conformance
from bench.files.output_file import write_file
from bench.report.outcomes.schemas import FOLDER, schema_of

PATH = FOLDER / "conform.schema.json"


def conform_schema() -> bytes:
    """Return the schema as indented JSON."""
    return schema_of(Conformance, f"What bench conform --json writes, schema {SCHEMA}")


if __name__ == "__main__":
    write_file(PATH, conform_schema())
