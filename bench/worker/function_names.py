"""Names of functions, and what is kept of them where they would take too much room."""

from __future__ import annotations

from binascii import crc32


def name_hash(name: str) -> str:
    """Return eight hexadecimal digits that stand for ``name``: enough to know that a function was not called."""
    return f"{crc32(name.encode(errors='surrogatepass')):08x}"
