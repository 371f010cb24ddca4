"""The JSON schema of ``bench gate --json``: ``python -m bench.gate.schema`` writes it again."""

from __future__ import annotations

from bench.files.output_file import write_file
from bench.gate.verdict_files import SCHEMA, VerdictFile
from bench.report.outcomes.schemas import FOLDER, schema_of

PATH = FOLDER / "gate.schema.json"


def gate_schema() -> bytes:
    """Return the schema as indented JSON."""
    return schema_of(VerdictFile, f"What bench gate --json writes, schema {SCHEMA}")


if __name__ == "__main__":
    write_file(PATH, gate_schema())
