"""Sizes of memory as containers have them: ``512M`` is 512 MiB."""

from __future__ import annotations

import re

from bench.errors import InputError

_WRITTEN = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([KMG]?)(i?B?)")
_BINARY = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
_DECIMAL = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}
_LEAST, _MOST = 2**20, 2**50


def parse_memory(text: str, option: str) -> int:
    """Return bytes: K, M and G are binary, as Docker, Kubernetes' Ki and systemd have them; KB, MB and GB decimal.

    Raises InputError.
    """
    found = _WRITTEN.fullmatch(_upper(text.strip()))
    units = _DECIMAL if found and found[3] == "B" and found[2] else _BINARY
    size = round(float(found[1]) * units[found[2]]) if found else 0
    if not _LEAST <= size <= _MOST:
        raise InputError(f"{option} {text!r} is no size of memory from 1M on; write 512M, 4G or 500MB")
    return size


def _upper(text: str) -> str:
    return re.sub("[kmgb]", lambda one: one[0].upper(), text)
