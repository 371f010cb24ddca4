"""The results file: one run's records as JSON, written whole and checked when read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from bench.files.input_file import FileKind
from bench.files.json_file import JsonFile, write_json
from bench.results.consistency import faults
from bench.results.records import COPY_BASELINE, SCHEMA, Digest, Failure, Measurement, Results

Record = TypeVar("Record", Measurement, Digest, Failure)


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


_RESULTS = JsonFile(
    kind=FileKind(
        name="results file",
        most_bytes=64 * 1024**2,
        source="`bench run --output FOLDER` writes one",
        remedy="write it again with `bench run`",
    ),
    record=Results,
    schema=SCHEMA,
    landmark="measurements",
    older=(1,),
    upgrade=_as_current,
    faults=faults,
)


def write_results(path: Path, results: Results) -> None:
    """Write ``results`` to ``path`` as indented JSON. Raises InputError where the file cannot be written."""
    write_json(path, results)


def read_results(path: Path) -> Results:
    """Read the results file ``path``, or standard input for ``-``.

    Raises InputError with the place of the fault where the file cannot be read, is of a schema version that is not read
    here, or does not hold consistent results. A run that is unfinished or without datasets is no fault of the file.
    """
    return _RESULTS.read(path)


def read_results_if_any(path: Path) -> Results | None:
    """Return what ``read_results`` does, or None where nothing has that name."""
    return _RESULTS.read_if_any(path)
