"""A statement's fingerprint: the same for the same statement with other values.

Django's log, the server's log and an implementation's own text word one statement in three ways (literals, ``$1``,
``%s``); all three come to one fingerprint.
"""

from __future__ import annotations

import hashlib
import re

_VALUE = re.compile(
    r"""
    E?'(?:[^'\\]|''|\\.)*'(?:::\w+(?:\[\])?)?   # a text literal, with its cast
    | \$\d+ | %s                                # a placeholder
    | "_django_curs_\w+"                        # the name of a server-side cursor
    | \b\d+(?:\.\d+)?\b                         # a number
    """,
    re.VERBOSE | re.DOTALL,
)
_LIST = re.compile(r"\?(?:\s*,\s*\?)+")
_ROWS = re.compile(r"(\([^()]*\?[^()]*\))(?:\s*,\s*\1)+")
_SPACE = re.compile(r"\s+")


def normalise(statement: str) -> str:
    """Return ``statement`` with every value as ``?``, lists of them as one, and white space folded."""
    text = _VALUE.sub("?", statement)
    text = _LIST.sub("?", _SPACE.sub(" ", text).strip())
    return _ROWS.sub(r"\1", text)


def fingerprint(statement: str) -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of the normalised ``statement``."""
    return hashlib.sha256(normalise(statement).encode()).hexdigest()[:12]
