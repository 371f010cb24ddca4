"""The content of a scan file, unpacked piece by piece where it is compressed."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from bench.errors import InputError
from bench.files.input_file import FileKind, open_input
from bench.files.strict_json import shown

SCAN_FILE = FileKind(name="scan file", most_bytes=2 * 1024**3, source="check the path", remedy="correct it there")

_CHUNK = 1024 * 1024
_XZ_MEMORY = 128 * 1024**2
"""Bytes for one decoder. `xz -9` needs 65 MiB; a hostile header can ask for 4 GiB."""
_UNREADABLE = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, RuntimeError)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _XzReader:
    """Reads xz within a bound of memory, which ``lzma.LZMAFile`` does not offer."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._input = b""
        self._decoder: lzma.LZMADecompressor | None = None

    def read(self, size: int, /) -> bytes:
        while True:
            if self._decoder is None or self._decoder.eof:
                rest = (self._decoder.unused_data if self._decoder else b"") or self._packed.read(_CHUNK)
                # Streams are padded with zeros to a multiple of four bytes.
                self._input = rest.lstrip(b"\0") if self._decoder else rest
                if not rest:
                    return b""
                if not self._input:
                    continue
                self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
            elif self._decoder.needs_input:
                self._input = self._packed.read(_CHUNK)
                if not self._input:
                    raise EOFError
            given, self._input = self._input, b""
            if plain := self._decoder.decompress(given, size):
                return plain


def _zip_member(archive: zipfile.ZipFile) -> IO[bytes]:
    """Open the one file of ``archive``. Raises BadZipFile where it holds none or several."""
    files = [member for member in archive.infolist() if not member.is_dir()]
    if len(files) != 1:
        names = ", ".join(shown(member.filename) for member in files[:3])
        raise zipfile.BadZipFile(f"it holds {len(files):,} files ({names or 'none'}), and one is expected")
    return archive.open(files[0])


def _opened_zip(packed: IO[bytes], stack: ExitStack) -> IO[bytes]:
    return stack.enter_context(_zip_member(stack.enter_context(zipfile.ZipFile(packed))))


_PACKINGS: dict[bytes, tuple[str, Callable[[Any, ExitStack], _Readable]]] = {
    b"\x1f\x8b": ("gzip", lambda packed, stack: stack.enter_context(gzip.GzipFile(fileobj=packed, mode="rb"))),
    b"BZh": ("bzip2", lambda packed, stack: stack.enter_context(bz2.BZ2File(packed))),
    b"\xfd7zXZ\0": ("xz", lambda packed, _: _XzReader(packed)),
    b"PK\x03\x04": ("zip", _opened_zip),
    b"PK\x05\x06": ("zip", _opened_zip),
}
"""By the first bytes of the file."""


@contextmanager
def unpacked(path: Path) -> Iterator[Callable[[], bytes]]:
    """Open the scan file ``path``; yield a function that returns up to 1 MiB more of its content, and at last nothing.

    Raises InputError for what cannot be opened or unpacked, and for more content than a scan file may have.
    """
    with ExitStack() as stack:
        descriptor = stack.enter_context(open_input(path, SCAN_FILE))
        file = stack.enter_context(os.fdopen(os.dup(descriptor), "rb", buffering=_CHUNK))
        name = ""
        unpacked_bytes = 0

        def fault(error: Exception) -> InputError:
            if not name:
                return SCAN_FILE.unreadable(path, getattr(error, "strerror", None) or str(error))
            why = "it ends too early" if isinstance(error, EOFError) else " ".join(str(error).split())
            return SCAN_FILE.unreadable(path, f"as {name}: {why}", "pack it again, or give it unpacked")

        def read() -> bytes:
            nonlocal unpacked_bytes
            try:
                content = source.read(_CHUNK)
            except _UNREADABLE as error:
                raise fault(error) from None
            unpacked_bytes += len(content)
            if unpacked_bytes > SCAN_FILE.most_bytes:
                most = SCAN_FILE.most_bytes // 1024**2
                raise SCAN_FILE.unreadable(path, f"unpacked, it has more than {most:,} MiB", "give a part of it")
            return content

        source: _Readable = file
        try:
            start = os.pread(descriptor, 8, 0)
            for magic, (packing, opened) in _PACKINGS.items():
                if start.startswith(magic):
                    name = packing
                    source = opened(file, stack)
                    break
        except _UNREADABLE as error:
            raise fault(error) from None
        yield read
