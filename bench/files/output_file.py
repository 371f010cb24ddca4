"""Files that a command leaves: checked before measuring, written whole, and kept elsewhere where that fails.

A reader of a regular file sees the old content or the new, never a part. Devices and FIFOs are written through.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

from bench.errors import InputError

_PROBE = b"\0" * 65_536
"""Written and removed by the check: enough to find a disk that is full to the last block."""
_REMEDIES = {
    errno.EISDIR: "it is a folder; name a file",
    errno.EEXIST: "a file is in the place of a folder; choose a folder that you may write to",
    errno.ENOTDIR: "a file is in the place of a folder; choose a folder that you may write to",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
    errno.ELOOP: "its symbolic links lead in a circle; choose another file",
    errno.ENXIO: "nothing reads it; start the reader first, or choose a file",
}


class OutputError(InputError):
    """A file cannot be written. ``content`` is what it would hold; None where only the place was checked."""

    def __init__(self, message: str, path: Path, content: bytes | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.content = content


def write_file(path: Path, content: str | bytes) -> None:
    """Write ``content`` (text as UTF-8) to ``path``, making missing folders.

    A regular file is replaced at once by a temporary file beside it and keeps its permissions; of a symbolic link the
    target is replaced. Character devices and FIFOs are written through. Raises OutputError.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        write_pieces(path, (data,))
    except OutputError as error:
        raise OutputError(str(error), path, data) from error.__cause__


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Do what ``write_file`` does with content that is made while it is written, and may be too long to hold.

    An exception while it is made leaves the file as it was. Raises OutputError, without the content.
    """
    try:
        special = _opened_special(path)
        if special is None:
            _replace(Path(os.path.realpath(path)), pieces)
        else:
            with special as file:
                file.writelines(pieces)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {_cause(error, path)}", path) from error


def check_file(path: Path) -> None:
    """Find out before measuring whether ``path`` can be written; makes missing folders. Raises OutputError."""
    try:
        target = Path(os.path.realpath(path))
        kind = _kind(path)
        if kind is not None:
            _refuse_closed(path, kind)
        if kind is None or stat.S_ISREG(kind):
            _try_folder(target.parent)
        else:
            _refuse_unless_stream(kind)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {_cause(error, path)}", path) from error


def check_folder(folder: Path) -> None:
    """Make ``folder``, and find out before measuring whether files can be written there. Raises OutputError."""
    try:
        _try_folder(folder)
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {_cause(error, folder)}", folder) from error


@contextmanager
def claimed_folder(folder: Path, *files: str) -> Iterator[None]:
    """Keep other runs out of ``folder`` for the context, after checking that ``files`` in it can be written.

    The claim is a lock on the folder itself, so it ends with the process and leaves nothing behind. Folders that were
    made for it go again where the context ends with an exception and without a file. Raises OutputError where a file
    cannot be written, and InputError where another run holds the folder.
    """
    missing = tuple(takewhile(lambda one: not one.exists(), (folder, *folder.parents)))
    check_folder(folder)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(f"another run is writing to {folder}; wait for it, or choose another folder") from error
        except OSError:
            pass  # a file system without locks
        for file in files:
            check_file(folder / file)
        yield
    except BaseException:
        _remove_empty(missing)
        raise
    finally:
        os.close(descriptor)


def _remove_empty(folders: Sequence[Path]) -> None:
    """Remove folders, the innermost first, with the empty ones in that; stop at one in which there is something."""
    with suppress(OSError):
        for inner in folders[0].iterdir() if folders else ():
            inner.rmdir()
        for folder in folders:
            folder.rmdir()


@contextmanager
def rescuing() -> Iterator[None]:
    """Where a file cannot be written in this context, keep its content in another folder and name that in the error."""
    try:
        yield
    except OutputError as error:
        if error.content is None:
            raise
        place = _kept_elsewhere(error.path.name, error.content)
        kept = "nor is there room for it elsewhere" if place is None else f"its content is kept in {place}"
        raise OutputError(f"{error}; {kept}", error.path) from error


def _kept_elsewhere(name: str, content: bytes) -> Path | None:
    """Write ``content`` to a new folder in TMPDIR, home or the working folder; None where none has room."""
    for base in (tempfile.gettempdir, Path.home, Path.cwd):
        with suppress(OSError, RuntimeError):
            path = Path(tempfile.mkdtemp(prefix="bench-kept-", dir=base())) / name
            try:
                path.write_bytes(content)
            except OSError:
                path.unlink(missing_ok=True)
                path.parent.rmdir()
                raise
            return path
    return None


def _kind(path: Path) -> int | None:
    """The file mode of what ``path`` leads to; None where there is nothing yet. Raises OSError."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _opened_special(path: Path) -> BinaryIO | None:
    """Open a device, a FIFO or this process's own output for writing; None for a regular file. Raises OSError."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    for descriptor in (1, 2):
        # A shell's `> file` and --json /dev/stdout: replacing the file would lose what else is printed.
        with suppress(OSError):
            if os.path.samestat(found, os.fstat(descriptor)) and not stat.S_ISDIR(found.st_mode):
                return os.fdopen(os.dup(descriptor), "wb")
    if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode):
        return None
    _refuse_unless_stream(found.st_mode)
    # Without O_NONBLOCK, opening a FIFO that nothing reads waits for ever.
    descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    os.set_blocking(descriptor, True)
    return os.fdopen(descriptor, "wb")


def _refuse_closed(path: Path, kind: int) -> None:
    """Raise OSError for a folder, and for a file that this user may not write: replacing it would succeed."""
    for fault, number in ((stat.S_ISDIR(kind), errno.EISDIR), (not os.access(path, os.W_OK), errno.EACCES)):
        if fault:
            raise OSError(number, os.strerror(number))


def _refuse_unless_stream(kind: int) -> None:
    """Raise OSError for what can be neither replaced nor written through: a disk, a socket."""
    if not (stat.S_ISCHR(kind) or stat.S_ISFIFO(kind)):
        raise OSError(errno.EINVAL, "it is a block device or a socket")


def _replace(target: Path, pieces: Iterable[bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    kind = _kind(target)
    if kind is not None:
        _refuse_closed(target, kind)
    # Not tempfile: its files are private to the user (0600), and a report is for others too.
    temporary = target.with_name(f".bench-{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("wb") as file:
            file.writelines(pieces)
        if kind is not None:
            temporary.chmod(stat.S_IMODE(kind))
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _try_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".bench-{secrets.token_hex(8)}.tmp"
    try:
        probe.write_bytes(_PROBE)
    finally:
        probe.unlink(missing_ok=True)


def _cause(error: OSError, path: Path) -> str:
    """What is wrong, and the remedy."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        place = path if path.exists() and not path.is_file() else path.parent
        return f"no space is left in {place}; free some, or choose a folder on another disk"
    reason = error.strerror or str(error)
    return _REMEDIES.get(error.errno or 0, f"{reason}; choose a folder that you may write to")
