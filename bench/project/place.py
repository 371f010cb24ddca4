"""A Place in a description: the file and the keys that lead to a value, and what is wrong with the value there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bench.errors import InputError
from bench.files.input_file import FileKind, path_text, read_input
from bench.files.strict_json import MalformedError, check_tree, decode
from bench.words import shorten

ValueT = TypeVar("ValueT")

_KIND = FileKind(
    name="project description", most_bytes=1024**2, source="name one by --project", remedy="correct it there"
)
_LONGEST_TEXT = 4_000
"""Characters of a name or value."""
_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){32}""")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_AT = re.compile(r"(?P<what>.*?) - at `(?P<at>[^`]*)`", re.DOTALL)
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")
_WORDS = {
    "str": "a text",
    "int": "a number",
    "bool": "true or false",
    "float": "a number",
    "array": "a list",
    "object": "a table",
}


def read_toml(path: Path) -> tuple[Place, Mapping[str, Any]]:
    """Return the place of the whole file and its table. Raises InputError."""
    content = read_input(path, _KIND)
    try:
        text = decode(content)
        if _LONG_KEY.search(text):
            # Python's TOML reader needs minutes for a key of thousands of parts.
            raise MalformedError("a key of more than 32 parts; no description has one")
        table = tomllib.loads(text)
        check_tree(table, "", _LONGEST_TEXT)
    except RecursionError:
        raise _KIND.malformed(path, "nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise _KIND.malformed(path, f"not TOML: {error}") from error
    except ValueError as error:
        raise _KIND.malformed(path, str(error).lstrip(".")) from error
    return Place(path), table


@dataclass(frozen=True)
class Place:
    """A Place is where a value stands, and the errors about it name."""

    path: Path
    keys: tuple[str | int, ...] = ()

    def __truediv__(self, key: str | int) -> Place:
        return Place(self.path, (*self.keys, key))

    def __str__(self) -> str:
        shown = ""
        for key in self.keys:
            if isinstance(key, int):
                shown += f"[{key}]"
            else:
                quoted = key if _BARE_KEY.fullmatch(key) else f'"{key}"'
                shown += f".{quoted}" if shown else quoted
        return f"{path_text(self.path)}: {shown}" if shown else path_text(self.path)

    def fault(self, what: str) -> InputError:
        """Return the error for the value here; ``what`` says what is wrong and the remedy."""
        return InputError(f"{self} {what}")

    def read(self, value: object, kind: type[ValueT], write: str) -> ValueT:
        """Return ``value`` as ``kind``; ``write`` is what to write instead. Raises InputError naming the key at fault.

        A table may hold only the keys that a Struct has, and must hold those without a default.
        """
        try:
            return msgspec.convert(value, kind, strict=True)
        except msgspec.ValidationError as error:
            found = _AT.fullmatch(str(error))
            what, at = (found["what"], self._at(found["at"])) if found else (str(error), self)
            raise at._refused(what, value, kind, write) from error

    def entries(self, value: object, kind: type[ValueT], write: str) -> Iterator[tuple[str, ValueT, Place]]:
        """Yield the keys of a table with their values as ``kind`` and their places. Raises InputError."""
        for key, one in self.read(value, dict[str, Any], f"a table, {write}").items():
            place = self / key
            yield key, place.read(one, kind, write), place

    def one_of(self, name: str, known: Iterable[str], what: str) -> str:
        """Return ``name``. Raises InputError unless it is known."""
        names = tuple(known)
        if name not in names:
            raise self.fault(f"is the unknown {what} {name!r}; known are {', '.join(names)}")
        return name

    def _at(self, path: str) -> Place:
        place = self
        for name, index in _STEP.findall(path.removeprefix("$")):
            place = place / (name or int(index))
        return place

    def _refused(self, what: str, value: object, kind: type[Any], write: str) -> InputError:
        if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", what, re.DOTALL):
            known = ", ".join(getattr(kind, "__struct_encode_fields__", ()))
            return (self / unknown[1]).fault(f"is an unknown key; known are {known}")
        if missing := re.fullmatch(r"Object missing required field `(.*)`", what):
            return (self / missing[1]).fault(f"is missing; write {write}")
        if wrong := re.fullmatch(r"Expected `(.*)`, got `(.*)`", what):
            wanted = " or ".join(dict.fromkeys(_WORDS.get(one, one) for one in wrong[1].split(" | ")))
            return self.fault(f"is {_WORDS.get(wrong[2], wrong[2])}, not {wanted}; write {write}")
        return self.fault(f"is {shorten(repr(value), 80)}: {what}; write {write}")
