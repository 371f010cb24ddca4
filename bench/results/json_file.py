"""Files of JSON with a schema version, written whole and checked against their record when they are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from bench.errors import InputError
from bench.results.files import write_file_atomically

Record = TypeVar("Record")


class _Header(msgspec.Struct):
    """The part of a file that every version has."""

    schema: int


def encode_json(record: Any) -> bytes:
    """Return ``record`` as indented JSON that ends with a line."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def write_json(path: Path, record: Any) -> None:
    """Write ``record`` to ``path`` as indented JSON. Raises InputError where the file cannot be written."""
    write_file_atomically(path, encode_json(record))


@dataclass(frozen=True)
class VersionedJson(Generic[Record]):
    """A VersionedJson is one kind of file: the record that it holds, and what is said of a file that holds another."""

    record: type[Record]
    schema: int
    """The version that is read."""
    name: str
    """Before the word schema: ``results``."""
    not_one: str
    """After the path of another file: ``is not a results file``."""
    remedy: str
    """What to do about another file."""
    remedy_for_schema: str = "read it with the version that wrote it"
    """What to do about a file of another version."""
    older: tuple[int, ...] = ()
    """Earlier versions that the record reads as well."""

    def decode(self, content: bytes, path: Path) -> Record:
        """Return the record that ``content``, read from ``path``, holds.

        Raises InputError naming the place of the fault where it is not JSON, is of a schema version that is not read
        here, or does not follow its schema.
        """
        try:
            schema = msgspec.json.decode(content, type=_Header).schema
            if schema in (*self.older, self.schema):
                return msgspec.json.decode(content, type=self.record)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path} {self.not_one}: {error}; {self.remedy}") from error
        read = " and ".join(map(str, (*self.older, self.schema)))
        raise InputError(
            f"{path} has {self.name} schema {schema}, and this version reads {read}; {self.remedy_for_schema}"
        )
