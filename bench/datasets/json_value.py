"""JSON values from a user's file, which know their place so that every fault can name it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench.errors import InputError
from bench.files.strict_json import MalformedError, Repeating, parse_json, shown, step

Where = str | tuple["Where", str | int]
"""A place in words, or the place of an object or list and the key or index in it."""


class JsonValue:
    """A JsonValue is one value of a JSON document, with the document's name and its place there (``$.cis.version``).

    Large documents have millions of them, so the place becomes text only for an error.
    """

    __slots__ = ("_where", "document", "value")

    def __init__(self, document: str, where: Where, value: Any) -> None:
        self.document = document
        self.value = value
        self._where = where

    @property
    def place(self) -> str:
        """Where in the document the value is, as a path from the root ``$``."""
        steps = []
        where = self._where
        while not isinstance(where, str):
            where, key = where
            steps.append(step(key))
        return where + "".join(reversed(steps))

    def fault(self, what: str) -> InputError:
        """Return the error that says ``what`` is wrong here."""
        return InputError(f"{self.document}: {self.place}: {what}")

    def text(self) -> str:
        """Return the string here. Raises InputError for another type, and for what PostgreSQL's text cannot hold."""
        if not isinstance(self.value, str):
            raise self.fault(f"expected text, found {self._found()}")
        if unstorable := _unstorable(self.value):
            raise self.fault(unstorable)
        return self.value

    def members(self) -> dict[str, JsonValue]:
        """Return the members of the object here, in order. Raises InputError for another type and for a key twice."""
        return {key: JsonValue(self.document, (self._where, key), value) for key, value in self._object().items()}

    def member(self, key: str) -> JsonValue:
        """Return the member ``key`` of the object here. Raises InputError if it is missing."""
        found = self.optional(key)
        if found is None:
            raise self.fault(f"{key!r} is missing; add it")
        return found

    def optional(self, key: str) -> JsonValue | None:
        """Return the member ``key`` of the object here, or None if it is missing."""
        members = self._object()
        return JsonValue(self.document, (self._where, key), members[key]) if key in members else None

    def key_text(self, key: str) -> str:
        """Return ``key``, a key of the object here, under the same conditions as :meth:`text`."""
        if unstorable := _unstorable(key):
            raise self.fault(f"key {shown(key)}: {unstorable}")
        return key

    def elements(self) -> Iterator[JsonValue]:
        """Yield the elements of the list here. Raises InputError for another type."""
        if not isinstance(self.value, list):
            raise self.fault(f"expected a list, found {self._found()}")
        for index, value in enumerate(self.value):
            yield JsonValue(self.document, (self._where, index), value)

    def _object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.fault(f"expected an object, found {self._found()}")
        if isinstance(self.value, Repeating):
            raise self.fault(f"key {shown(self.value.key)} occurs twice; keep one of the two")
        return self.value

    def _found(self) -> str:
        names = {dict: "an object", list: "a list", str: "text", bool: "a truth value", type(None): "null"}
        return names.get(type(self.value), "a number")


def _unstorable(text: str) -> str:
    """Return why PostgreSQL cannot store ``text``, or nothing."""
    if "\0" in text:
        return f"NUL at character {text.index(chr(0)) + 1}, which PostgreSQL cannot store; remove it"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"half a surrogate pair at character {error.start + 1}, which is no text; write the whole pair"
    return ""


def optional_text(members: Mapping[str, JsonValue], key: str) -> str | None:
    """Return the text of the member ``key``, None if it is missing or null. Raises InputError as ``text`` does."""
    member = members.get(key)
    return None if member is None or member.value is None else member.text()


def json_root(document: str, content: bytes) -> JsonValue:
    """Return the root of the JSON document ``content``; ``document`` is its name in errors. Raises InputError."""
    try:
        return JsonValue(document, "$", parse_json(content))
    except MalformedError as error:
        raise json_fault(document, error) from None


def json_fault(document: str, error: MalformedError) -> InputError:
    """Return the error for a malformed document; some faults already name their remedy."""
    return InputError(f"{document}: {error}" if "; " in str(error) else f"{document}: {error}; correct it there")
