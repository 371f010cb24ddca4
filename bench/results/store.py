"""The results file: one run's records as JSON, written whole and checked against the schema when read."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bench.errors import InputError
from bench.results.files import write_file_atomically
from bench.results.records import SCHEMA, Results

READ_SCHEMAS = (SCHEMA,)
"""The schema versions that ``read_results`` reads."""


class _Header(msgspec.Struct):
    """The part of a results file that every version has."""

    schema: int


def write_results(path: Path, results: Results) -> None:
    """Write ``results`` to ``path`` as indented JSON. Raises InputError where the file cannot be written."""
    write_file_atomically(path, msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n")


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
    try:
        schema = msgspec.json.decode(content, type=_Header).schema
        if schema in READ_SCHEMAS:
            return msgspec.json.decode(content, type=Results)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not a results file: {error}; write it again with `bench run`") from error
    read = ", ".join(map(str, READ_SCHEMAS))
    raise InputError(
        f"{path} has results schema {schema}, and this version reads {read}; read it with the version that wrote it"
    )
