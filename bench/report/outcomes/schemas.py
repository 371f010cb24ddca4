"""The JSON schemas of what ``--json`` prints: ``python -m bench.report.outcomes.schemas`` writes docs/json again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from bench.files.json_file import encode_json
from bench.files.output_file import write_file
from bench.report.outcomes import comparison, history, promises, run
from bench.results import pool

FOLDER = Path(__file__).parents[3] / "docs" / "json"

OUTCOMES: Mapping[str, tuple[type, int, str]] = {
    "run": (run.RunOutcome, run.SCHEMA, "run, ab and sweep"),
    "compare": (comparison.ComparisonOutcome, comparison.SCHEMA, "compare"),
    "history": (history.HistoryOutcome, history.SCHEMA, "history"),
    "promises": (promises.PromisesOutcome, promises.SCHEMA, "promises"),
    "workers": (pool.PoolReport, pool.SCHEMA, "workers and kill-sizes"),
}
"""For each schema file the record, its version, and the commands that print it."""


def outcome_schema(name: str) -> bytes:
    """Return one schema as indented JSON, derived from its record."""
    record, version, commands = OUTCOMES[name]
    return schema_of(record, f"What bench {commands} --json prints, schema {version}")


def schema_of(record: type, title: str) -> bytes:
    """Return the schema of ``record`` as indented JSON."""
    described: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **msgspec.json.schema(record),
    }
    return encode_json(described)


if __name__ == "__main__":
    for name in OUTCOMES:
        write_file(FOLDER / f"{name}.schema.json", outcome_schema(name))
