"""Reading a file that the user names: a regular file or standard input, of bounded size, without ever waiting."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.errors import InputError

STANDARD_INPUT = Path("-")

_CHUNK = 1024 * 1024
_TYPES = (
    (stat.S_ISDIR, "it is a folder", "name a file"),
    (stat.S_ISFIFO, "it is a pipe", "save its content as a file and name that"),
    (stat.S_ISSOCK, "it is a socket", "name a file"),
    (stat.S_ISCHR, "it is a device", "name a file"),
    (stat.S_ISBLK, "it is a device", "name a file"),
)


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """A FileKind is a kind of file that is read: what messages call it, and the most bytes it may have."""

    name: str
    """After an article: "results file"."""
    most_bytes: int
    source: str
    """Where to get one, after a semicolon: "`bench run --output FOLDER` writes one"."""
    remedy: str
    """What to do about a damaged one, after a semicolon: "write it again with `bench run`"."""

    def malformed(self, path: Path, what: str) -> InputError:
        """Return the error for a file whose content is wrong; ``what`` starts with the place."""
        return InputError(f"{path_text(path)} is not a {self.name}: {what}; {self.remedy}")

    def unreadable(self, path: Path, why: str, remedy: str = "name a file that you may read") -> InputError:
        """Return the error for a file whose content cannot be had."""
        return InputError(f"cannot read the {self.name} {path_text(path)}: {why}; {remedy}")


def path_text(path: Path) -> str:
    """Return ``path`` for a message: as it is where it can be printed, quoted with escapes where not."""
    text = str(path)
    return text if text.isprintable() else ascii(text)


def read_input(path: Path, kind: FileKind) -> bytes:
    """Return the content of ``path``, or of standard input for ``-``. Raises InputError."""
    found = read_input_if_any(path, kind)
    if found is None:
        raise InputError(f"there is no {kind.name} {path_text(path)}; {kind.source}")
    return found


def read_input_if_any(path: Path, kind: FileKind) -> bytes | None:
    """Return what ``read_input`` does, or None where nothing has that name.

    A broken symlink, or a loop of them, is an error: a file is expected there.
    """
    if path == STANDARD_INPUT:
        return _read_standard_input(kind)
    if not _exists(path, kind):
        return None
    with open_input(path, kind) as descriptor:
        content = bytearray()
        while chunk := read_chunk(descriptor, path, kind):
            content += chunk
            if len(content) > kind.most_bytes:
                raise _too_large(path, kind)
        return bytes(content)


@contextmanager
def open_input(path: Path, kind: FileKind) -> Iterator[int]:
    """Open the regular file ``path`` for ``read_chunk``. Raises InputError for anything else, and for one too large."""
    try:
        # Before opening, because opening a device can do something; after it, because the name may have changed.
        _check_type(path.stat(), path, kind)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise InputError(f"there is no {kind.name} {path_text(path)}; {kind.source}") from error
    except OSError as error:
        raise kind.unreadable(path, error.strerror or str(error)) from error
    except ValueError as error:
        raise kind.unreadable(path, "its name holds a NUL character") from error
    try:
        status = os.fstat(descriptor)
        _check_type(status, path, kind)
        if status.st_size > kind.most_bytes:
            raise _too_large(path, kind)
        yield descriptor
    finally:
        os.close(descriptor)


def read_chunk(descriptor: int, path: Path, kind: FileKind) -> bytes:
    """Return up to 1 MiB more; empty at the end. Raises InputError."""
    try:
        return os.read(descriptor, _CHUNK)
    except OSError as error:
        raise kind.unreadable(path, error.strerror or str(error)) from error


def _exists(path: Path, kind: FileKind) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise kind.unreadable(path, error.strerror or str(error)) from error
    except ValueError as error:
        raise kind.unreadable(path, "its name holds a NUL character") from error
    return True


def _read_standard_input(kind: FileKind) -> bytes:
    if sys.stdin is None:
        raise kind.unreadable(STANDARD_INPUT, "standard input is closed", "name a file")
    try:
        content: bytes = sys.stdin.buffer.read(kind.most_bytes + 1)
    except OSError as error:
        raise kind.unreadable(STANDARD_INPUT, error.strerror or str(error), "name a file") from error
    if len(content) > kind.most_bytes:
        raise _too_large(STANDARD_INPUT, kind)
    return content


def _check_type(status: os.stat_result, path: Path, kind: FileKind) -> None:
    for is_type, what, remedy in _TYPES:
        if is_type(status.st_mode):
            raise kind.unreadable(path, what, remedy)


def _too_large(path: Path, kind: FileKind) -> InputError:
    most = kind.most_bytes // 1024**2
    return kind.unreadable(path, f"it has more than {most:,} MiB, too much for a {kind.name}", "name another file")
