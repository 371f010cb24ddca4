"""Files of JSON with a schema version, written whole and checked against their record when they are read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from bench.errors import InputError
from bench.files.input_file import FileKind, path_text, read_input, read_input_if_any
from bench.files.output_file import write_file
from bench.files.strict_json import MalformedError, check_tree, parse_json
from bench.words import enumerated

Record = TypeVar("Record")
Faults = Iterator[tuple[str, str]]
"""What is wrong with a record: the place, such as ``measurements[3].samples[0]``, and what is wrong there."""


def encode_json(record: Any) -> bytes:
    """Return ``record`` as indented JSON that ends with a newline."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def write_json(path: Path, record: Any) -> None:
    """Write ``record`` to ``path`` as indented JSON. Raises InputError where the file cannot be written."""
    write_file(path, encode_json(record))


@dataclass(frozen=True, kw_only=True)
class JsonFile(Generic[Record]):
    """A JsonFile is one kind of file: the record that it holds, and how it is checked."""

    kind: FileKind
    record: type[Record]
    schema: int | None
    """The version that is written; None for a kind without versions."""
    older: tuple[int, ...] = ()
    """Earlier versions that are read as well."""
    landmark: str
    """A member that this kind of file has and no other one."""
    upgrade: Callable[[dict[str, Any]], dict[str, Any]] = lambda tree: tree
    """Returns the object of an older version, as JSON holds it, as one of today's."""
    faults: Callable[[Record], Faults] = lambda _: iter(())
    """Yields what is wrong although every type is right."""
    remedy_for_schema: str = "read it with the version that wrote it"

    def read(self, path: Path, without: Collection[str] = ()) -> Record:
        """Return what the file holds; members of the names ``without`` are read as empty lists.

        Raises InputError with the place of the fault where the file is missing, cannot be read, is not JSON, is of
        another schema version, or does not hold what such a file holds.
        """
        content = read_input(path, self.kind)
        return self._decode(_emptied(content, without) if without else content, path)

    def read_if_any(self, path: Path) -> Record | None:
        """Return what ``read`` does, or None where there is no such file."""
        content = read_input_if_any(path, self.kind)
        return None if content is None else self._decode(content, path)

    def _decode(self, content: bytes, path: Path) -> Record:
        try:
            tree = parse_json(content)
            check_tree(tree)
            if self._schema(tree, path) in self.older:
                tree = self.upgrade(tree)
            record = msgspec.convert(tree, self.record)
        except (MalformedError, msgspec.ValidationError) as error:
            raise self.kind.malformed(path, str(error)) from error
        for place, what in self.faults(record):
            raise self.kind.malformed(path, f"$.{place}: {what}")
        return record

    def _schema(self, tree: Any, path: Path) -> int | None:
        """Return the version of ``tree``; None for a kind without. Raises for a version that is not read."""
        if isinstance(tree, dict) and self.landmark not in tree:
            for landmark, name in _LANDMARKS.items():
                if landmark in tree:
                    raise MalformedError(f"it is a {name}")
        if self.schema is None:
            return None
        schema = msgspec.convert(tree, _Header).schema
        if schema not in (*self.older, self.schema):
            read = enumerated(tuple(map(str, (*self.older, self.schema))))
            raise InputError(
                f"{path_text(path)} has {self.kind.name.removesuffix(' file')} schema {schema}, and this version "
                f"reads {read}; {self.remedy_for_schema}"
            )
        return schema


def _emptied(content: bytes, members: Collection[str]) -> bytes:
    """Return ``content`` with those members as empty lists, without making objects of what they hold.

    What is not JSON or no object is returned as it is, for the strict reader to say where the fault is. Of a key of the
    outermost object that occurs twice, the last is left.
    """
    try:
        parts = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return content
    return msgspec.json.encode(parts | {name: _EMPTY for name in members if name in parts})


_EMPTY = msgspec.Raw(b"[]")

_LANDMARKS = {
    "measurements": "results file",
    "checks": "verdict",
    "trials": "promises file",
    "verdicts": "conformance file",
    "reads": "file of `bench prove reads`",
    "deviations": "noise floor",
    "benchmarks": "file of pytest-benchmark",
    "pools": "workers file",
}
"""A member that only one kind of file has, to say what a mistaken file is."""


class _Header(msgspec.Struct):
    """The part of a file that every version has."""

    schema: int
