"""JSON from a file of the user's, read so that every fault is named with its place."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import InputError

MAX_BYTES = 64 * 1024 * 1024
"""The largest JSON file that is read; the largest of a real catalogue has less than a hundredth of it."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEY_SHOWN = 80


@dataclass(frozen=True)
class JsonValue:
    """A JsonValue is one value of a JSON document, with the document's name and its place there (``$.cis.version``)."""

    document: str
    place: str
    value: Any

    def fault(self, what: str) -> InputError:
        """Return the error that says ``what`` is wrong here."""
        return InputError(f"{self.document}: {self.place}: {what}")

    def text(self) -> str:
        """Return the string here. Raises InputError for another type, and for what PostgreSQL's text cannot hold."""
        if not isinstance(self.value, str):
            raise self.fault(f"expected text, found {self._found()}")
        if "\0" in self.value:
            raise self.fault(
                f"NUL at character {self.value.index(chr(0)) + 1}, which PostgreSQL cannot store; remove it"
            )
        try:
            self.value.encode()
        except UnicodeEncodeError as error:
            raise self.fault(
                f"half a surrogate pair at character {error.start + 1}, which is no text; write the whole pair"
            ) from None
        return self.value

    def members(self) -> dict[str, JsonValue]:
        """Return the members of the object here, in order. Raises InputError for another type and for a key twice."""
        if not isinstance(self.value, dict):
            raise self.fault(f"expected an object, found {self._found()}")
        if isinstance(self.value, _Repeating):
            raise self.fault(f"key {_shown(self.value.key)} occurs twice; keep one of the two")
        return {key: JsonValue(self.document, self._at(key), value) for key, value in self.value.items()}

    def member(self, key: str) -> JsonValue:
        """Return the member ``key`` of the object here. Raises InputError where it is missing."""
        members = self.members()
        if key not in members:
            raise self.fault(f"{key!r} is missing; add it")
        return members[key]

    def key_text(self, key: str) -> str:
        """Return ``key``, a key of the object here, under the same conditions as :meth:`text`."""
        return JsonValue(self.document, f"{self.place}: key {_shown(key)}", key).text()

    def elements(self) -> Iterator[JsonValue]:
        """Yield the elements of the list here. Raises InputError for another type."""
        if not isinstance(self.value, list):
            raise self.fault(f"expected a list, found {self._found()}")
        for index, value in enumerate(self.value):
            yield JsonValue(self.document, f"{self.place}[{index}]", value)

    def _at(self, key: str) -> str:
        simple = _NAME.fullmatch(key) and len(key) <= _KEY_SHOWN
        return f"{self.place}.{key}" if simple else f"{self.place}[{_shown(key)}]"

    def _found(self) -> str:
        names = {dict: "an object", list: "a list", str: "text", bool: "a truth value", type(None): "null"}
        return names.get(type(self.value), "a number")


def optional_text(members: Mapping[str, JsonValue], key: str) -> str | None:
    """Return the text of the member ``key``, None where it is missing or null. Raises InputError as ``text`` does."""
    member = members.get(key)
    return None if member is None or member.value is None else member.text()


class _Repeating(dict[str, Any]):
    """An object in which ``key`` occurs more than once."""

    key = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    repeating = _Repeating(members)
    counts = Counter(key for key, _ in pairs)
    repeating.key = next(key for key, count in counts.items() if count > 1)
    return repeating


def _shown(key: str) -> str:
    """Return ``key`` quoted, on one line and of bounded length."""
    short = key if len(key) <= _KEY_SHOWN else key[:_KEY_SHOWN] + "..."
    return json.dumps(short, ensure_ascii=not short.isprintable())


def parse_json(document: str, data: bytes) -> JsonValue:
    """Return the root of the JSON document in ``data``; ``document`` is its name in errors. Raises InputError."""
    try:
        return JsonValue(document, "$", json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{document}: line {line}: byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"{document}: line {error.lineno}, column {error.colno}: not JSON: {error.msg}; correct it there"
        ) from None
    except RecursionError:
        raise InputError(f"{document}: nested too deeply; a catalogue has a few levels") from None
    except ValueError as error:
        # Python refuses to convert an integer of thousands of digits, and says so in one line.
        raise InputError(f"{document}: not usable JSON: {error}") from None


def read_regular_file(path: Path, document: str) -> bytes:
    """Return the bytes of the file ``path``. Raises InputError where there is none, or more than MAX_BYTES."""
    try:
        if not path.exists():
            raise InputError(f"{document}: not found; check the path")
        if path.is_dir():
            raise InputError(f"{document}: is a folder; give a JSON file")
        if not path.is_file():
            raise InputError(f"{document}: is not a regular file; save it as one")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{document}: cannot be read: {error.strerror}; check its path and permissions") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{document}: has more than {MAX_BYTES // 1024 // 1024} MB, too much for a catalogue")
    return data
