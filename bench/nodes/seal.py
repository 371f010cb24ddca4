"""Seals: every message between a run and its nodes is signed with a key that both have.

A seal is an HMAC-SHA256 over what kind of message it is and its text. What a message is for (which run, which node,
which attempt, until when) is part of the text, so that none serves twice or elsewhere: see ``bench.nodes.messages``.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from bench.errors import InputError
from bench.files.input_file import path_text

VARIABLE = "BENCH_NODE_KEY"
"""Holds the key where no file is named."""
SHORTEST = 32
"""Characters of a key: 128 bits as hexadecimal digits."""
_LONGEST = 4_096
_VERSION = "1"
_HOW = "make one with: (umask 077; openssl rand -hex 32 > node.key), and give every machine the same"

Purpose = Literal["case", "answer", "beat"]
Record = TypeVar("Record")


class SealError(Exception):
    """A message that was not sealed with this key for this purpose, or that does not hold what it must."""


@dataclass(frozen=True)
class NodeKey:
    """A NodeKey is the secret that a run and its nodes share."""

    secret: bytes = field(repr=False)

    def sealed(self, purpose: Purpose, record: object) -> str:
        """Return ``record`` as a sealed text."""
        text = msgspec.json.encode(record).decode()
        return f"{_VERSION}.{self._mac(purpose, text)}.{text}"

    def opened(self, purpose: Purpose, sealed: object, kind: type[Record]) -> Record:
        """Return the record of ``kind`` in a sealed text. Raises SealError, which repeats nothing of it."""
        if not isinstance(sealed, str):
            raise SealError("it is no text")
        version, _, rest = sealed.partition(".")
        mac, _, text = rest.partition(".")
        if version != _VERSION or not hmac.compare_digest(mac.encode(), self._mac(purpose, text).encode()):
            raise SealError("it is not signed with the key of this side")
        try:
            return msgspec.json.decode(text, type=kind)
        except msgspec.DecodeError as error:
            raise SealError(f"it was written by another version: {error}") from None

    def _mac(self, purpose: Purpose, text: str) -> str:
        content = f"bench-{purpose}\0{text}".encode(errors="surrogatepass")
        return hmac.new(self.secret, content, hashlib.sha256).hexdigest()


def read_key(path: Path | None) -> NodeKey:
    """Return the key in the file ``path``, or in the environment where no file is named. Raises InputError."""
    if path is None:
        text, where = os.environ.get(VARIABLE, ""), VARIABLE
        if not text:
            raise InputError(f"nodes sign their messages with a key; name its file by --key, or set {VARIABLE}; {_HOW}")
    else:
        text, where = _read(path), path_text(path)
    key = text.strip()
    if len(key) < SHORTEST:
        raise InputError(f"{where}: a key of {len(key)} characters; it takes {SHORTEST} or more; {_HOW}")
    return NodeKey(key.encode(errors="surrogatepass"))


def new_id() -> str:
    """Return a name that nobody else has, such as that of a run."""
    return secrets.token_hex(8)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise InputError(f"{path_text(path)} can be read by others; keep the key to yourself with chmod 600")
            return file.read(_LONGEST).decode("ascii")
    except OSError as error:
        raise InputError(f"cannot read the key {path_text(path)}: {error.strerror}; {_HOW}") from error
    except UnicodeDecodeError:
        raise InputError(f"{path_text(path)} is no key; {_HOW}") from None
