"""The results file: one run's records as JSON, written whole and checked against the schema when read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from bench.errors import InputError
from bench.results.json_file import VersionedJson, write_json
from bench.results.records import COPY_BASELINE, SCHEMA, Digest, Failure, Measurement, Results

Record = TypeVar("Record", Measurement, Digest, Failure)

_FILE = VersionedJson(
    Results, SCHEMA, "results", "is not a results file", "write it again with `bench run`", older=(1,)
)


def write_results(path: Path, results: Results) -> None:
    """Write ``results`` to ``path`` as indented JSON. Raises InputError where the file cannot be written."""
    write_json(path, results)


def read_results(path: Path) -> Results:
    """Read the results file ``path``.

    Raises InputError naming the place of the fault where the file is missing, is not JSON, is of a schema version that
    is not read here, or does not follow its schema.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"there is no results file {path}; `bench run --output FOLDER` writes one") from error
    except OSError as error:
        raise InputError(
            f"cannot read the results file {path}: {error.strerror}; name a file that you may read"
        ) from error
    return _as_current(_FILE.decode(content, path))


def _as_current(results: Results) -> Results:
    """Return ``results`` as a file of today's schema would hold them."""
    if results.schema == SCHEMA:
        return results
    return replace(
        results,
        schema=SCHEMA,
        measurements=tuple(map(_renamed, results.measurements)),
        digests=tuple(map(_renamed, results.digests)),
        failures=tuple(map(_renamed, results.failures)),
    )


def _renamed(record: Record) -> Record:
    return replace(record, implementation=COPY_BASELINE) if record.implementation == "copy-limit" else record
