"""The JSON schema of results files: ``python -m bench.results.schema`` writes ``docs/results.schema.json`` again."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bench.files.json_file import encode_json
from bench.files.output_file import write_file
from bench.results.records import SCHEMA, Results

PATH = Path(__file__).parents[2] / "docs" / "results.schema.json"


def results_schema() -> bytes:
    """Return the schema as indented JSON, derived from the records."""
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A results file of bench, schema {SCHEMA}",
        **msgspec.json.schema(Results),
    }
    return encode_json(described)


if __name__ == "__main__":
    write_file(PATH, results_schema())
