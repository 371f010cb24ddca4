"""The results file: one run's records as JSON, written whole and checked when read."""

from __future__ import annotations

from pathlib import Path

from bench.files.input_file import FileKind
from bench.files.json_file import JsonFile, write_json
from bench.results.consistency import faults
from bench.results.records import SCHEMA, Results
from bench.results.upgrade import upgraded

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
    older=(1, 2, 3),
    upgrade=upgraded,
    faults=faults,
)

DETAILS = ("statements", "heap", "allocations", "calls", "server_work", "call_trees", "captures")
"""What explains figures: most of a file's bytes."""


def write_results(path: Path, results: Results) -> None:
    """Write ``results`` to ``path`` as indented JSON. Raises InputError where the file cannot be written."""
    write_json(path, results)


def read_results(path: Path) -> Results:
    """Read the results file ``path``, or standard input for ``-``.

    Raises InputError with the place of the fault where the file cannot be read, is of a schema version that is not read
    here, or does not hold consistent results. A run that is unfinished or without datasets is no fault of the file.
    """
    return _RESULTS.read(path)


def read_figures(path: Path) -> Results:
    """Return what ``read_results`` does, with nothing in DETAILS, which are not checked either: four times as fast."""
    return _RESULTS.read(path, without=DETAILS)


def read_results_if_any(path: Path) -> Results | None:
    """Return what ``read_results`` does, or None where nothing has that name."""
    return _RESULTS.read_if_any(path)
