"""A statement's fingerprint: the same for the same statement with other values.

Django's log, the server's log and an implementation's own text word one statement in three ways (literals, ``$1``,
``%s``); all three come to one fingerprint.
"""

from __future__ import annotations

import hashlib
import re

_TIMES = re.compile(r"\A(?:\d+|\?) times: ")
"""What Django puts before a statement that it logs once for many."""

_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*.*?\*/ )
    | (?P<value> (?:
          (?: \bE'(?:[^'\\]|''|\\.)*' | '(?:[^']|'')*'             # a text literal; psycopg sets an E' off by a space
          | \$(?P<tag>[A-Za-z_]\w*|)\$ .*? \$(?P=tag)\$
          | (?: (?<=[\s(\[,=<>]) - )? (?:                           # with its sign, which psycopg sets off by a space:
                \$\d+ | %\(\w+\)[sbt] | %[sbt]                     # a placeholder
              | \b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b                    # a number
            )
          | "(?:_django_curs_\w+ | s\d+_x\d+)"                     # names that Django makes up: cursors and savepoints
          | \b(?:true|false|null)\b
          )
          (?:                                                      # and the casts of any of them
              \s*::\s* "?\w+"? (?: \s with(?:out)? \s time \s zone | \s varying | \s precision )?
              (?: \( [\d,\s]* \) )? (?: \[\] )*
          )*
      ) )
    | (?P<name> "(?:[^"]|"")*" )
    | (?P<percent> %% )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_LIST = re.compile(r"\?(?:\s*,\s*\?)+")
_ROWS = re.compile(r"(\([^()]*\?[^()]*\))(?:\s*,\s*\1)+")
_SPACE = re.compile(r"\s+")
_INNER_SPACE = re.compile(r"(?<=[(\[]) | (?=[)\]])")


def normalise(statement: str) -> str:
    """Return ``statement`` with every value as ``?``, lists of them as one, no comments, and white space folded."""
    text = _TOKEN.sub(_normal, _TIMES.sub("", statement))
    text = _INNER_SPACE.sub("", _SPACE.sub(" ", text).strip())
    return _ROWS.sub(r"\1", _LIST.sub("?", text))


def _normal(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "name":
            return found[0]
        case "percent":
            return "%"
        case "comment":
            return " "
    return " ?"


def fingerprint(statement: str) -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of the normalised ``statement``."""
    return hashlib.sha256(normalise(statement).encode()).hexdigest()[:12]
